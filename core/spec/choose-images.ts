import type { AppBundle, ImageRecord, PinnedImage } from '../base/bundle.ts'
import { InvalidInput, NotFound } from '../base/errors.ts'
import { TAG } from '../base/names.ts'
import type { Release, ReleaseBook } from '../deploy/releases.ts'
import { builtFor, type PinningStage, pinningFault, type SeenImage } from '../images/pinned-image.ts'
import type { ImageName } from './image-name.ts'
import type { Spec } from './read-spec.ts'

/** Where images are looked up. */
export interface ImagePorts {
  stage: PinningStage
  /** Those of this account that have these ids. */
  named(ids: readonly string[]): Promise<SeenImage[]>
  /** The recorded images of a service, or those with one hash. */
  built(app: string, service: string, hash?: string): Promise<SeenImage[]>
  records(app: string, services: string[]): Promise<Map<string, ImageRecord>>
  releases: Pick<ReleaseBook, 'kept'>
  bundles: { read(app: string, digest?: string): Promise<{ bundle: AppBundle }> }
}

/** The image of a service, and the configuration that it was built with as far as it is known. */
export interface ChosenImage {
  pinned: PinnedImage
  config: Record<string, unknown>
}

/**
 * The image that each service of a spec names: it exists now, and may run on this stage.
 * @throws {InvalidInput} with one sentence for each that does not
 */
export async function chooseImages(ports: ImagePorts, spec: Spec): Promise<Record<string, ChosenImage>> {
  const faults: InvalidInput[] = []
  const found = Object.entries(spec.images).map(async ([service, name]) => {
    const place = spec.at(['services', service, 'image'])
    try {
      return [service, await chooseImage(ports, name, place)] as const
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      faults.push(error)
      return undefined
    }
  })
  const chosen = (await Promise.all(found)).filter((one) => one !== undefined)
  if (faults.length > 0) throw InvalidInput.all(faults.toSorted(byPlace))
  return Object.fromEntries(chosen)
}

const byPlace = (a: InvalidInput, b: InvalidInput): number =>
  a.place.localeCompare(b.place, 'en', { numeric: true })

async function chooseImage(ports: ImagePorts, name: ImageName, place: string): Promise<ChosenImage> {
  const imageId = name.kind === 'ami' ? name.imageId : await idOf(ports, name, place)
  const [image] = await ports.named([imageId])
  const fault = pinningFault(ports.stage, imageId, image)
  if (fault || !image) throw new InvalidInput(place, fault?.problem ?? '', fault?.remedy)
  const { tags } = image
  const of = { app: tags[TAG.app] ?? '', service: tags[TAG.service] ?? '' }
  const pinned = { imageId, hash: tags[TAG.hash] ?? '', of: builtFor(image) }
  return { pinned, config: await configOf(ports, of, imageId) }
}

type Built = Extract<ImageName, { kind: 'built' }>

/** The AMI of a service: that of a release, with a hash, or the one that its next deployment would take. */
async function idOf(ports: ImagePorts, name: Built, place: string): Promise<string> {
  const { app, service, release, hash } = name
  if (release !== undefined) return inRelease(await ports.releases.kept(app), name, place)
  const record = hash === undefined ? (await ports.records(app, [service])).get(service) : undefined
  if (record) return record.imageId
  const images = await ports.built(app, service, hash)
  const newest = images.filter(({ state }) => state === 'available').toSorted(newestFirst)[0]
  if (newest) return newest.imageId
  const stage = ports.stage.name
  const what = hash === undefined ? 'no image' : `no image with the hash ${hash}`
  throw new InvalidInput(
    place,
    `the stage ${stage} has built ${what} of ${app}/${service}`,
    `"nanofleet --stage ${stage} amis" lists what there is`,
  )
}

function inRelease(kept: Release[], { app, service, release }: Built, place: string): string {
  const numbers = kept.map((each) => each.release)
  const known = numbers.length > 0 ? `kept are ${numbers.join(', ')}` : `${app} is not deployed`
  const found = kept.find((each) => each.release === release)
  if (!found) throw new InvalidInput(place, `release ${release} of ${app} is not kept`, known)
  const image = found.services[service]
  if (image) return image.imageId
  const services = Object.keys(found.services).join(', ')
  throw new InvalidInput(
    place,
    `release ${release} of ${app} has no service ${service}`,
    `it has ${services}`,
  )
}

const newestFirst = (a: SeenImage, b: SeenImage): number =>
  b.createdAt.localeCompare(a.createdAt) || b.imageId.localeCompare(a.imageId)

/** The config.json in a release that runs the image, or in what was pushed last if that made it. */
async function configOf(
  ports: ImagePorts,
  { app, service }: { app: string; service: string },
  imageId: string,
): Promise<Record<string, unknown>> {
  const release = (await ports.releases.kept(app)).findLast(
    ({ services }) => services[service]?.imageId === imageId,
  )
  const record = release ? undefined : (await ports.records(app, [service])).get(service)
  if (!release && record?.imageId !== imageId) return {}
  try {
    const { bundle } = await ports.bundles.read(app, release?.bundle)
    return bundle.services[service]?.config ?? {}
  } catch (error) {
    // An app that was never pushed, or breaks a younger rule, tells nothing.
    if (error instanceof NotFound || error instanceof InvalidInput) return {}
    throw error
  }
}
