import type { Identity } from '../../../lib/metadata.ts'

/** What every page needs of the instance that makes it. */
export interface Look {
  /** The address of a static file, with its version. */
  asset: (path: string) => string
  /** Null on a machine that is no instance. */
  identity: Identity | null
}
