import { BundleStore } from '../adapters/aws/bundle-store.ts'
import { Workflows } from '../adapters/aws/executions.ts'
import { DynamoReleaseBook } from '../adapters/aws/releases.ts'
import { StageClients, type StageSettings } from '../adapters/aws/stage-clients.ts'
import { InvalidInput, NotFound } from '../core/base/errors.ts'
import { isStageName, STAGE_NAME_RULE } from '../core/base/name-rules.ts'
import * as names from '../core/base/names.ts'
import { DEFAULT_REGION, partitionOf, REGION_NAME } from '../core/base/partition.ts'
import { isAlive } from '../local/process.ts'
import { type LocalRecord, readRecord } from '../local/record.ts'
import { rootForNew } from '../local/root.ts'
import { LOCAL_ACCOUNT, type LocalSettings, readSettings } from '../local/settings.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { Output } from './output.ts'

/** How a command reaches its stage; tests pass their own. */
export type Open = (options: GlobalOptions) => Promise<Context>

/** Options that every command takes. */
export interface GlobalOptions {
  stage: string
  region?: string
  json?: boolean
}

/** One stage, as commands use it. */
export class Context extends StageClients {
  readonly stage: string
  readonly region: string
  readonly account: string
  readonly output: Output
  /** The local region of this checkout, for stage `local` only. */
  readonly local: LocalRecord | undefined

  constructor(options: {
    stage: string
    clients: StageSettings
    account: string
    output: Output
    local?: LocalRecord | undefined
  }) {
    super(options.clients)
    this.stage = options.stage
    this.region = options.clients.region
    this.account = options.account
    this.output = options.output
    this.local = options.local
  }

  get table(): string {
    return names.table(this.stage)
  }

  get bucket(): string {
    return names.bucket(this.stage, this.account)
  }

  bundles = (): BundleStore => new BundleStore(this.s3(), this.bucket)
  releases = (): DynamoReleaseBook => new DynamoReleaseBook(this.documents(), this.table)
  workflows = (): Workflows =>
    new Workflows(this.stepFunctions(), { name: this.stage, region: this.region, account: this.account })
}

/**
 * Finds the stage: the local region of this checkout for `local`, else the account of the AWS credentials.
 * @throws {InvalidInput} for a name that no stage can have, {NotFound} when the local region is not up,
 * {ServiceFailure} when AWS refuses the credentials
 */
export async function openContext(
  options: GlobalOptions,
  environment: Environment = readEnvironment(),
  settings: LocalSettings = settingsFor(options.stage, environment),
  output: Output = new Output(options.json === true),
): Promise<Context> {
  checkStage(options.stage)
  const local = options.stage === 'local' ? await localRegion(settings) : undefined
  const clients = local
    ? localClients(local)
    : { region: await regionOf(options, environment, settings.root) }
  const stage = { ...options, clients, local, output }
  const account = local ? LOCAL_ACCOUNT : await accountOf(clients)
  return new Context({ ...stage, account })
}

/**
 * The region of a folder is found by its apps; a stage on AWS, and a region that is named, by anyone
 * anywhere.
 */
function settingsFor(stage: string, { NANOFLEET_STATE }: Environment): LocalSettings {
  const anywhere = stage !== 'local' || NANOFLEET_STATE !== undefined
  return anywhere ? readSettings('local', process.env, process.cwd(), rootForNew) : readSettings()
}

async function accountOf(clients: StageSettings): Promise<string> {
  const { accountId } = await import('../adapters/aws/account.ts')
  return accountId(new StageClients(clients).sts(), `AWS in ${clients.region}`)
}

/** @throws {InvalidInput} */
export function checkStage(stage: string): void {
  if (isStageName(stage)) return
  throw new InvalidInput('--stage', `${JSON.stringify(stage)} is not a stage name`, STAGE_NAME_RULE)
}

/** What the repository says of a stage counts more than the variables of a shell. */
export async function regionOf(
  options: GlobalOptions,
  environment: Environment,
  root: string,
): Promise<string> {
  const { repositoryOf } = await import('../adapters/sources/app-files.ts')
  const chosen = (await repositoryOf(root)).stages[options.stage]?.region
  const usual = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || DEFAULT_REGION
  const region = options.region || String(chosen ?? usual)
  if (REGION_NAME.test(region)) {
    partitionOf(region)
    return region
  }
  throw new InvalidInput(
    '--region',
    `${JSON.stringify(region)} is not an AWS region`,
    `write it as ${DEFAULT_REGION}`,
  )
}

function localClients({ region, endpoint, credentials }: LocalRecord): StageSettings {
  return { region, endpoint, credentials }
}

async function localRegion(settings: LocalSettings): Promise<LocalRecord> {
  const record = await readRecord(settings.state)
  if (record?.pids.region && (await isAlive(record.pids.region))) return record
  throw new NotFound(
    'The local region is not up; start it with "nanofleet local up", or name another stage with --stage',
  )
}
