import * as clients from '../adapters/aws/clients.ts'
import { serviceImages } from '../adapters/images/ec2-images.ts'
import { readImageRecords } from '../adapters/images/image-records.ts'
import { planBuild, servicesToBuild } from '../core/images/build-plan.ts'
import { BuildInput } from '../core/images/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, stage } from './lib/parts.ts'

/**
 * First state of the workflow `build`: plans from its input what to build, with a reason for each service.
 */
export const handler = lambda('plan-build', {
  input: BuildInput,
  workflow: 'build',
  parts: () => ({ stage: stage(), ec2: clients.ec2(), ssm: clients.ssm(), bundles: bundles() }),
  work: async ({ stage, ec2, ssm, bundles }, input) => {
    const { bundle } = await bundles.read(input.app, input.bundle || undefined)
    const services = servicesToBuild(bundle, input.services)
    const [records, images] = await Promise.all([
      readImageRecords(ssm, stage.name, input.app, services),
      serviceImages(ec2, { stage: stage.name, app: input.app }),
    ])
    return planBuild(stage, bundle, input, records, images)
  },
})
