import { NanofleetError } from '../base/errors.ts'
import { CREATED_BY, imageName, TAG } from '../base/names.ts'
import { type BuildStep, ImageNotReady } from './build-plan.ts'

/** An image or a snapshot of this account as EC2 shows it, with what says whose it is. */
export interface MadeImage {
  imageId: string
  name: string
  state: string
  createdAt: string
  tags: Record<string, string>
  snapshots: { snapshotId: string; tags: Record<string, string> }[]
}

/** What a build says it made is not an image of its service. */
export class WrongImage extends NanofleetError {}

/** The tags by which a stage knows an image and its snapshots: `record-image` gives them, no build can. */
export function imageTags(stage: string, { app, service, hash }: BuildStep): Record<string, string> {
  return {
    Name: imageName(stage, app, service, hash),
    [TAG.createdBy]: CREATED_BY,
    [TAG.stage]: stage,
    [TAG.app]: app,
    [TAG.service]: service,
    [TAG.hash]: hash,
  }
}

/**
 * Checks the image that a build says it made. The build ran code of the app, so its word is a hint: the image
 * must be available and new, have the name of this service, and neither it nor a snapshot of it may be that
 * of another service already.
 * @param image as EC2 shows it among the images of this account; absent while it shows none
 * @throws {ImageNotReady} while it is being made, {WrongImage} when it is not what was to be built
 */
export function checkMade(stage: string, step: BuildStep, image: MadeImage | undefined): MadeImage {
  const { app, service, hash, before, imageId = '' } = step
  const said = `The build of ${service} says that it made ${imageId || 'nothing'}`
  if (!imageId) throw new WrongImage(`${said}; look at its log`)
  if (!image) throw new ImageNotReady(`${said}, which this account does not have; look at its log`)
  if (image.state === 'pending') throw new ImageNotReady(`${said}, which is not available yet`)
  const wrong = (what: string) => new WrongImage(`${said}, which ${what}; nothing was recorded`)
  if (image.state !== 'available') throw wrong(`is ${image.state}`)
  if (before.includes(imageId)) throw wrong('was there before')
  const name = imageName(stage, app, service, hash)
  if (!image.name.startsWith(name)) throw wrong(`is called ${image.name} and not ${name}`)
  if (image.snapshots.length === 0) throw wrong('has no snapshot in this account')
  const wanted = imageTags(stage, step)
  for (const { tags } of [image, ...image.snapshots]) {
    const [key] = Object.keys(wanted).filter(
      (key) => key !== 'Name' && key in tags && tags[key] !== wanted[key],
    )
    if (key) throw wrong(`has the tag ${key} of ${tags[key]}`)
  }
  return image
}
