import type { ServiceBundle } from './bundle.ts'
import type { ServiceSpec } from './manifest-types.ts'
import type { Stage } from './stage.ts'

/** A service, its app and its stage: what every part of its template is made from. */
export interface ServicePlace {
  app: string
  service: string
  spec: ServiceSpec
  files: ServiceBundle
  stage: Stage
}
