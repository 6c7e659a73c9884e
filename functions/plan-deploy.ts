import middy from '@middy/core'
import { BundleStore } from '../adapters/aws/bundle-store.ts'
import * as clients from '../adapters/aws/clients.ts'
import { CloudFormationStacks } from '../adapters/aws/cloudformation.ts'
import { DynamoReleaseBook } from '../adapters/aws/releases.ts'
import { RunFiles } from '../adapters/aws/run-files.ts'
import { readStage } from '../adapters/config.ts'
import { serviceImages } from '../adapters/images/ec2-images.ts'
import { readImageRecords } from '../adapters/images/image-records.ts'
import type { AppBundle } from '../core/base/bundle.ts'
import { deployOrder, type PlanRequest } from '../core/deploy/deploy-order.ts'
import { makePlan } from '../core/deploy/make-plan.ts'
import { planFacts } from '../core/deploy/plan-facts.ts'
import { expectedImages } from '../core/images/expected-images.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  const [s3, ssm, ec2] = [clients.s3(), clients.ssm(), clients.ec2()]
  return {
    stage,
    bundles: new BundleStore(s3, stage.bucket),
    runs: new RunFiles(s3, stage.bucket),
    stacks: new CloudFormationStacks(clients.cloudFormation()),
    releases: new DynamoReleaseBook(clients.documents(), stage.table),
    records: ({ manifest: { app, services } }: AppBundle) =>
      readImageRecords(ssm, stage.name, app, Object.keys(services)),
    built: ({ manifest: { app } }: AppBundle) => serviceImages(ec2, { stage: stage.name, app }),
  }
})

/** Compares what is wanted with what stands; the plan goes into the bucket, its order of work to the workflow. */
export const handler = middy(async (request: PlanRequest) => {
  const { stage, stacks, releases, bundles, runs, records, built } = parts()
  const dryRun = request.purpose === 'dry-run'
  const ports = {
    stage,
    stacks,
    releases,
    app: (name: string, digest?: string) => bundles.read(name, digest),
    images: async (bundle: AppBundle) =>
      dryRun ? expectedImages(stage, bundle, await records(bundle), await built(bundle)) : records(bundle),
  }
  const plan = makePlan(await planFacts(ports, request.app, request.release))
  await runs.write(request.execution, request.purpose, plan)
  return deployOrder(request, plan)
})
