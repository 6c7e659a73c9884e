import * as clients from '../adapters/aws/clients.ts'
import { serviceImages } from '../adapters/images/ec2-images.ts'
import { writeImageRecord } from '../adapters/images/image-records.ts'
import { builtImage } from '../core/images/build-plan.ts'
import { buildStep } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { stage } from './lib/parts.ts'

/** After a build: finds the image by its hash and makes it the one that deploy takes. */
export const handler = lambda('record-image', {
  input: buildStep,
  parts: () => ({ stage: stage().name, ec2: clients.ec2(), ssm: clients.ssm() }),
  work: async ({ stage, ec2, ssm }, step) => {
    const { app, service, hash, build, reason } = step
    const image = builtImage(step, await serviceImages(ec2, { stage, app, service, hash }))
    const builtAt = image.createdAt || new Date().toISOString()
    await writeImageRecord(ssm, stage, app, service, { hash, imageId: image.imageId, builtAt })
    return { service, imageId: image.imageId, hash, built: build, reason }
  },
})
