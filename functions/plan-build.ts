import middy from '@middy/core'
import { BundleStore } from '../adapters/aws/bundle-store.ts'
import * as clients from '../adapters/aws/clients.ts'
import { readStage } from '../adapters/config.ts'
import { serviceImages } from '../adapters/images/ec2-images.ts'
import { readImageRecords } from '../adapters/images/image-records.ts'
import { parseInput } from '../core/base/workflow-input.ts'
import { type BuildPlan, planBuild, servicesToBuild } from '../core/images/build-plan.ts'
import { BuildInput } from '../core/images/inputs.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  return {
    stage,
    ec2: clients.ec2(),
    ssm: clients.ssm(),
    bundles: new BundleStore(clients.s3(), stage.bucket),
  }
})

/** First state of the workflow `build`: its input → what to build, with a reason for each service. */
export const handler = middy(async (event: unknown): Promise<BuildPlan> => {
  const input = parseInput('build', BuildInput, event)
  const { stage, ec2, ssm, bundles } = parts()
  const { bundle } = await bundles.read(input.app)
  const services = servicesToBuild(bundle, input.services)
  const [records, images] = await Promise.all([
    readImageRecords(ssm, stage.name, input.app, services),
    serviceImages(ec2, { stage: stage.name, app: input.app }),
  ])
  return planBuild(stage, bundle, input, records, images)
}).use(journal('build plan', (plan: BuildPlan) => plan))
