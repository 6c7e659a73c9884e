import type { ServiceBundle } from '../base/bundle.ts'
import type { ServiceSpec } from '../base/manifest-types.ts'
import type { Stage } from '../base/stage.ts'

/** A service, its app and its stage: what every part of its template is made from. */
export interface ServicePlace {
  app: string
  service: string
  spec: ServiceSpec
  files: ServiceBundle
  stage: Stage
}
