import { DEFAULT_REGION } from '../../core/base/partition.ts'
import { localRegion } from './local-region.js'

/* Variables for serverless.yml: `${file(resources/plugin/region.js):usual}`. */

/** Where a stage is when nobody says so. */
export const usual = DEFAULT_REGION

/** Where the running local region pretends to be. */
export const local = () => localRegion()?.region ?? DEFAULT_REGION
