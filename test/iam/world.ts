import { CodeBuildClient } from '@aws-sdk/client-codebuild'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { IAMClient } from '@aws-sdk/client-iam'
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { SFNClient } from '@aws-sdk/client-sfn'
import { DeleteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { BundleStore } from '../../adapters/aws/bundle-store.ts'
import { DynamoKeptBook } from '../../adapters/aws/kept-records.ts'
import { DynamoLockTable } from '../../adapters/aws/lock-table.ts'
import { RunFiles } from '../../adapters/aws/run-files.ts'
import { removeImageRecords, writeImageRecord } from '../../adapters/images/image-records.ts'
import type { Context } from '../../cli/context.ts'
import type { AppBundle } from '../../core/base/bundle.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { controlName } from '../../core/base/names.ts'
import { type DeployPlan, serviceTarget } from '../../core/deploy/deploy-plan.ts'
import type { Release } from '../../core/deploy/releases.ts'
import { clientSettings } from '../live/stage.ts'

/** A function answered with an error; the message is the function's. */
export class FunctionFailed extends ServiceFailure {}

/** The tests' own app with one service, in the bucket but not deployed, which steps may change at will. */
export const PROBE = 'iam-probe'
/** The name of its plan below `runs/`. */
export const PROBE_PLAN = { execution: PROBE, name: 'deploy' } as const

/** A stage with platform and web deployed, seen with administrator rights. */
export class IamWorld {
  readonly context: Context
  readonly iam: IAMClient
  readonly dynamo: DynamoDBClient
  readonly codeBuild: CodeBuildClient
  readonly stepFunctions: SFNClient
  readonly bundles: BundleStore
  readonly runs: RunFiles
  /** The current release of web. */
  readonly release: Release
  readonly web: AppBundle
  /** The digest of the probe's bundle. */
  readonly probe: string
  /** The ARN of an ended execution, always the same one: used wherever a lock needs a holder. */
  readonly ended: string
  /** What is recorded as kept. */
  readonly kept: DynamoKeptBook
  readonly #documents: DynamoDBDocumentClient

  private constructor(context: Context, release: Release, web: AppBundle, probe: string, ended: string) {
    const settings = clientSettings(context)
    this.context = context
    this.iam = new IAMClient(settings)
    this.codeBuild = new CodeBuildClient(settings)
    this.stepFunctions = new SFNClient(settings)
    this.bundles = new BundleStore(context.s3(), context.bucket)
    this.runs = new RunFiles(context.s3(), context.bucket)
    this.release = release
    this.web = web
    this.probe = probe
    this.ended = ended
    this.dynamo = new DynamoDBClient(settings)
    this.#documents = DynamoDBDocumentClient.from(this.dynamo)
    this.kept = new DynamoKeptBook(this.#documents, context.table)
  }

  /** @param context the context of a stage where web is deployed */
  static async open(context: Context): Promise<IamWorld> {
    const bundles = new BundleStore(context.s3(), context.bucket)
    const release = await context.releases().current('web')
    if (!release) throw new ServiceFailure('web is not deployed, and the steps need it')
    const { bundle } = await bundles.read('web', release.bundle)
    const { digest } = await bundles.write(probeOf(bundle))
    await bundles.point(PROBE, digest)
    const world = new IamWorld(context, release, bundle, digest, await endedExecution(context))
    await world.plan()
    return world
  }

  /** Writes the probe's plan into the bucket, as `plan-deploy` leaves it. */
  async plan(changes: Partial<DeployPlan> = {}): Promise<void> {
    const { hash, imageId } = this.release.services.web ?? { hash: '', imageId: '' }
    const app = await this.bundles.read(PROBE, this.probe)
    const target = serviceTarget(app, 'probe', 0)
    await this.runs.write(PROBE_PLAN.execution, PROBE_PLAN.name, {
      app: PROBE,
      release: 1,
      previous: 0,
      bundle: this.probe,
      services: { probe: { change: { action: 'create', reasons: [] }, hash, imageId, target } },
      removed: [],
      losses: [],
      stays: [],
      takenUp: [],
      ...changes,
    })
  }

  /** Gives the probe the image of web, without which nothing of it can be deployed. */
  async giveImage(): Promise<void> {
    const { hash = '', imageId = '' } = this.release.services.web ?? {}
    const record = { hash, imageId, builtAt: new Date().toISOString() }
    await writeImageRecord(this.context.ssm(), this.context.stage, PROBE, 'probe', record)
  }

  async takeImage(): Promise<void> {
    await removeImageRecords(this.context.ssm(), this.context.stage, PROBE, ['probe'])
  }

  /** The answer of a control plane function. @throws FunctionFailed */
  async invoke(name: string, payload: unknown): Promise<unknown> {
    const answer = await this.context.lambda().send(
      new InvokeCommand({
        FunctionName: controlName(this.context.stage, name),
        Payload: JSON.stringify(payload),
      }),
    )
    const result: unknown = JSON.parse(new TextDecoder().decode(answer.Payload))
    if (answer.FunctionError) throw new FunctionFailed((result as { errorMessage: string }).errorMessage)
    return result
  }

  /** Invokes a function that must refuse with this message. */
  async refused(name: string, payload: unknown, message: RegExp): Promise<void> {
    const said = await this.invoke(name, payload).then(
      () => 'nothing',
      (error: Error) => error.message,
    )
    if (!message.test(said)) throw new ServiceFailure(`${name} does not refuse as it should: ${said}`)
  }

  /** The execution that holds an app's lock. */
  async lockOwner(app: string): Promise<string | undefined> {
    const lock = await new DynamoLockTable(this.#documents, this.context.table).read(app)
    return lock?.owner
  }

  /** Removes the probe from the bucket. */
  async close(): Promise<void> {
    const [s3, Bucket] = [this.context.s3(), this.context.bucket]
    for (const Prefix of [`apps/${PROBE}/`, `runs/${PROBE}/`]) {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }))
      for (const { Key } of Contents) await s3.send(new DeleteObjectCommand({ Bucket, Key }))
    }
  }

  /** Removes what steps left in the table about the probe. */
  async forgetProbe(): Promise<void> {
    await this.context.releases().forget(PROBE)
    await this.kept.drop(PROBE, await this.kept.list(PROBE))
    const Key = { pk: `app#${PROBE}`, sk: 'lock' }
    await this.#documents.send(new DeleteCommand({ TableName: this.context.table, Key }))
  }
}

async function endedExecution(context: Context): Promise<string> {
  const over = (await context.workflows().latest('deploy', 20)).find(({ status }) => status !== 'RUNNING')
  if (!over) throw new ServiceFailure('no execution of deploy is over')
  return over.arn
}

function probeOf(web: AppBundle): AppBundle {
  const [spec, files] = [web.manifest.services.web, web.services.web]
  if (!spec || !files) throw new ServiceFailure('the app web has no service web')
  const { expose: _, ...hidden } = spec
  const { resources: __, ...manifest } = web.manifest
  return {
    ...web,
    manifest: { ...manifest, app: PROBE, services: { probe: { ...hidden, env: {} } } },
    resources: {},
    services: {
      probe: { ...files, definition: files.definition?.replaceAll('"web"', `"${PROBE}"`) ?? null },
    },
  }
}
