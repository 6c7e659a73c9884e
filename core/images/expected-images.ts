import type { AppBundle, ImageRecord } from '../base/bundle.ts'
import type { Stage } from '../base/stage.ts'
import { newest, planBuild, type ServiceImage } from './build-plan.ts'

/** In a dry run's plan, the id of an image that the deployment would build first. */
const TO_BE_BUILT = 'image to be built'

/** The image that each service will have, as the workflow `build` would find or build it. */
export function expectedImages(
  stage: Stage,
  bundle: AppBundle,
  records: Map<string, ImageRecord>,
  images: ServiceImage[],
): Map<string, ImageRecord> {
  const expected = new Map(records)
  for (const { service, hash, imageId: pinned } of planBuild(stage, bundle, { force: false }, records, images)
    .steps) {
    const same = images.filter((i) => i.service === service && i.hash === hash && i.state !== 'failed')
    const imageId = pinned ?? newest(same)?.imageId ?? TO_BE_BUILT
    expected.set(service, { hash, imageId, builtAt: '' })
  }
  return expected
}
