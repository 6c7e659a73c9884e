import { CREATED_BY, PLATFORM, TAG } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'

/** An image of this account as EC2 shows it, when somebody names it. */
export interface SeenImage {
  imageId: string
  /** ISO 8601; empty when EC2 does not say. */
  createdAt: string
  /** In EC2's words; only an `available` one can be launched. */
  state: string
  /** In EC2's words; empty when it does not say. */
  architecture: string
  tags: Record<string, string>
}

/** Where a pinned image may run. */
export type PinningStage = Pick<Stage, 'name' | 'region' | 'architecture'>

/**
 * Why a stage cannot run an image that somebody names, and what to do. Only images that this stage recorded
 * are taken: by its tags it knows what is in one, whose names it resolves and that nobody else made it.
 * @param image undefined if this account shows none with the id
 */
export function pinningFault(
  { name, region, architecture }: PinningStage,
  imageId: string,
  image: SeenImage | undefined,
): { problem: string; remedy: string } | undefined {
  const list = `"nanofleet --stage ${name} amis" lists what there is`
  if (!image) return { problem: `this account has no image ${imageId} in ${region}`, remedy: list }
  const { tags, state, architecture: made } = image
  const isOurs = tags[TAG.createdBy] === CREATED_BY && tags[TAG.stage] === name
  if (!isOurs || !tags[TAG.app] || !tags[TAG.service] || !tags[TAG.hash])
    return { problem: `${imageId} was not made by the stage ${name}`, remedy: list }
  if (tags[TAG.app] === PLATFORM)
    return {
      problem: `${imageId} is of ${PLATFORM}/${tags[TAG.service]}, whose programs resolve no names of services`,
      remedy: 'name the image of an app',
    }
  if (state !== 'available')
    return { problem: `${imageId} is ${state}, not available`, remedy: 'wait for it, or name another one' }
  if (made !== '' && made !== architecture)
    return {
      problem: `${imageId} is for ${made}, and the stage ${name} starts ${architecture}`,
      remedy: 'build it on a stage of that architecture',
    }
  return undefined
}

/** The service that an image was built for, by its tags: `web/web`. */
export const builtFor = ({ tags }: Pick<SeenImage, 'tags'>): string => `${tags[TAG.app]}/${tags[TAG.service]}`
