import * as clients from '../adapters/aws/clients.ts'
import { madeImage, serviceImages, tagImage } from '../adapters/images/ec2-images.ts'
import { writeImageRecord } from '../adapters/images/image-records.ts'
import { namedImages } from '../adapters/images/named-images.ts'
import { InvalidInput } from '../core/base/errors.ts'
import { foundImage } from '../core/images/build-plan.ts'
import { checkMade, imageTags } from '../core/images/made-image.ts'
import { pinningFault } from '../core/images/pinned-image.ts'
import { buildStep } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { stage } from './lib/parts.ts'

/**
 * After a build: checks what it made, tags it as the service's, and makes it the one that deploy takes. An
 * image that a spec names keeps its tags, and is looked at once more.
 */
export const handler = lambda('record-image', {
  input: buildStep,
  parts: () => ({ here: stage(), ec2: clients.ec2(), ssm: clients.ssm() }),
  work: async ({ here, ec2, ssm }, step) => {
    const { app, service, hash, build, reason, imageId } = step
    const stage = here.name
    const found = async () => foundImage(step, await serviceImages(ec2, { stage, app, service, hash }))
    const made = async () => {
      const image = checkMade(stage, step, await madeImage(ec2, imageId))
      await tagImage(ec2, image, imageTags(stage, step))
      return image
    }
    const pinned = async (id: string) => {
      const [image] = await namedImages(ec2, [id])
      const fault = pinningFault(here, id, image)
      if (fault || !image) throw new InvalidInput(`${app}/${service}`, fault?.problem ?? '', fault?.remedy)
      return image
    }
    const image = await (build ? made() : imageId === undefined ? found() : pinned(imageId))
    const builtAt = image.createdAt || new Date().toISOString()
    await writeImageRecord(ssm, stage, app, service, { hash, imageId: image.imageId, builtAt })
    return { service, imageId: image.imageId, hash, built: build, reason }
  },
})
