import type { Identity } from '../../../lib/metadata.ts'

/** What every page needs from the instance that makes it. */
export interface Look {
  /** The address of a static file, with its version. */
  asset: (path: string) => string
  /** Null on a machine that is not an EC2 instance. */
  identity: Identity | null
}
