import * as clients from '../adapters/aws/clients.ts'
import { madeImage, serviceImages, tagImage } from '../adapters/images/ec2-images.ts'
import { writeImageRecord } from '../adapters/images/image-records.ts'
import { foundImage } from '../core/images/build-plan.ts'
import { checkMade, imageTags } from '../core/images/made-image.ts'
import { buildStep } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { stage } from './lib/parts.ts'

/** After a build: checks what it made, tags it as the service's, and makes it the one that deploy takes. */
export const handler = lambda('record-image', {
  input: buildStep,
  parts: () => ({ stage: stage().name, ec2: clients.ec2(), ssm: clients.ssm() }),
  work: async ({ stage, ec2, ssm }, step) => {
    const { app, service, hash, build, reason, imageId } = step
    const found = async () => foundImage(step, await serviceImages(ec2, { stage, app, service, hash }))
    const made = async () => {
      const image = checkMade(stage, step, await madeImage(ec2, imageId))
      await tagImage(ec2, image, imageTags(stage, step))
      return image
    }
    const image = await (build ? made() : found())
    const builtAt = image.createdAt || new Date().toISOString()
    await writeImageRecord(ssm, stage, app, service, { hash, imageId: image.imageId, builtAt })
    return { service, imageId: image.imageId, hash, built: build, reason }
  },
})
