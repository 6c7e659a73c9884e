import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { readStage } from '../adapters/config.ts'
import { serviceImages } from '../adapters/images/ec2-images.ts'
import { writeImageRecord } from '../adapters/images/image-records.ts'
import { type BuildStep, builtImage, type RecordedImage } from '../core/images/build-plan.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

const parts = once(() => ({ stage: readStage(), ec2: clients.ec2(), ssm: clients.ssm() }))

/** After a build: finds the image by its hash and makes it the one that deploy takes. */
export const handler = middy(async (step: BuildStep): Promise<RecordedImage> => {
  const { stage, ec2, ssm } = parts()
  const { app, service, hash, build, reason } = step
  const image = builtImage(step, await serviceImages(ec2, { stage: stage.name, app, service, hash }))
  const builtAt = image.createdAt || new Date().toISOString()
  await writeImageRecord(ssm, stage.name, app, service, { hash, imageId: image.imageId, builtAt })
  return { service, imageId: image.imageId, hash, built: build, reason }
}).use(journal('image', (image: RecordedImage) => image))
