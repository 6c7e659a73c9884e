import type { AppBundle, ImageRecord, PinnedImage, ServiceBundle } from '../base/bundle.ts'
import { InvalidInput, NanofleetError } from '../base/errors.ts'
import { sourceKey } from '../base/names.ts'
import { resolvers } from '../base/resolvers.ts'
import type { Stage } from '../base/stage.ts'
import { refuseOtherArchitecture } from '../manifest/architecture.ts'
import { refuseUpstream, upstreamImage } from '../manifest/upstream.ts'
import { imageHash } from './image-hash.ts'

/** An image of one service as EC2 shows it. */
export interface ServiceImage {
  imageId: string
  service: string
  hash: string
  /** ISO 8601; empty when EC2 does not say. */
  createdAt: string
  state: 'pending' | 'available' | 'failed'
  /** That of its root disk; absent when EC2 does not say. */
  snapshotId?: string
}

/** One service's way through the workflow `build`. */
export interface BuildStep {
  app: string
  service: string
  hash: string
  /** False: an image with this hash exists and only needs its record. */
  build: boolean
  reason: string
  sourceKey: string
  /** The published image to build from; empty for our own source. */
  upstream: string
  resolvers: string
  /**
   * The snapshot of the service's newest image: what is as there need not be sent again. Empty when there is
   * none, and for a packager that sends nothing.
   */
  parent: string
  /** Older images with this hash, which a forced build must not mistake for its own. */
  before: string[]
  /** The image that its build says it made, or that a spec names; absent while nothing was built. */
  imageId?: string
}

export interface BuildPlan {
  app: string
  steps: BuildStep[]
  skipped: { service: string; imageId: string; reason: string }[]
}

/** What the workflow reports of an image that it made or found. */
export interface RecordedImage {
  service: string
  imageId: string
  hash: string
  built: boolean
  reason: string
}

/**
 * The services that an input asks for, all of them when it names none.
 * @throws InvalidInput when the app has no such service
 */
export function servicesToBuild(bundle: AppBundle, services: string[] | undefined): string[] {
  const known = Object.keys(bundle.services)
  const unknown = services?.find((service) => !known.includes(service))
  if (unknown === undefined) return [...new Set(services ?? known)]
  throw new InvalidInput(
    'input of build',
    `services: the app ${bundle.manifest.app} has no service "${unknown}"`,
    `it has ${known.join(', ')}`,
  )
}

/**
 * Which services need a build, and why; which have an image that only needs its record; which are done.
 * @param records the image records of the app's services
 * @param images every image of the app in this stage
 * @throws InvalidInput when the app has no such service, or uses published images that the packager cannot
 *   pack
 */
export function planBuild(
  stage: Stage,
  bundle: AppBundle,
  wanted: { services?: string[] | undefined; force: boolean },
  records: Map<string, ImageRecord>,
  images: ServiceImage[],
): BuildPlan {
  const { manifest } = bundle
  const { app } = manifest
  refuseUpstream(manifest, stage)
  refuseOtherArchitecture(manifest, stage)
  const plan: BuildPlan = { app, steps: [], skipped: [] }
  for (const service of servicesToBuild(bundle, wanted.services)) {
    const { source = '', image: pinned } = bundle.services[service] as ServiceBundle
    if (pinned) {
      plan.steps.push(pinnedStep(app, service, pinned))
      continue
    }
    const upstream = upstreamImage(manifest, service)
    const hash = imageHash({ app, service, source, upstream, stage })
    const same = images.filter((i) => i.service === service && i.hash === hash && i.state !== 'failed')
    const record = records.get(service)
    const recorded = same.find((image) => image.imageId === record?.imageId && image.state === 'available')
    if (recorded && !wanted.force) {
      plan.skipped.push({ service, imageId: recorded.imageId, reason: 'nothing changed since its image' })
      continue
    }
    const reuse = newest(same)
    plan.steps.push({
      app,
      service,
      hash,
      build: wanted.force || reuse === undefined,
      reason: wanted.force ? 'forced' : reuse ? `${reuse.imageId} has this hash` : whyBuild(record, hash),
      sourceKey: sourceKey(source),
      upstream: upstream ?? '',
      resolvers: resolvers(app, stage).join(','),
      parent: stage.packager === 'ops' ? parentOf(service, images) : '',
      before: wanted.force ? same.map((image) => image.imageId) : [],
    })
  }
  return plan
}

/**
 * An image that a spec names is not built; that it is there and may be used is looked at when it is
 * recorded.
 */
const pinnedStep = (app: string, service: string, { imageId, hash, of }: PinnedImage): BuildStep => ({
  app,
  service,
  hash,
  build: false,
  reason: `its spec names ${imageId} of ${of}`,
  sourceKey: '',
  upstream: '',
  resolvers: '',
  parent: '',
  before: [],
  imageId,
})

/** The snapshot that a new image of a service builds on. */
const parentOf = (service: string, images: ServiceImage[]): string =>
  newest(images.filter((image) => image.service === service && image.state === 'available'))?.snapshotId ?? ''

/**
 * The youngest image; of several with the same age the one with the greatest id, so that every caller picks
 * the same.
 */
export function newest(images: ServiceImage[]): ServiceImage | undefined {
  return images.toSorted(
    (a, b) => b.createdAt.localeCompare(a.createdAt) || b.imageId.localeCompare(a.imageId),
  )[0]
}

function whyBuild(record: ImageRecord | undefined, hash: string): string {
  if (!record) return 'it has no image yet'
  if (record.hash === hash) return `its image ${record.imageId} is gone`
  return 'its source or the tools that make it changed'
}

/** The image does not exist or is not yet available: the workflow asks again. */
export class ImageNotReady extends NanofleetError {}

/**
 * The image with this hash that was recorded before: only recorded images have the tag.
 * @throws ImageNotReady while EC2 does not show it as available
 */
export function foundImage(step: BuildStep, images: ServiceImage[]): ServiceImage {
  const made = images.filter(({ service, hash }) => service === step.service && hash === step.hash)
  const image = newest(made.filter((i) => i.state === 'available'))
  if (image) return image
  throw new ImageNotReady(`No available image of ${step.service} has the hash ${step.hash}; try again`)
}
