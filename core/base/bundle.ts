import { canonicalJson, sha256 } from './canonical.ts'
import type { Manifest } from './manifest-types.ts'

/**
 * One app as `nanofleet push` puts it into the bucket: all that a workflow needs, so that `{app}` typed into
 * the Step Functions console works with no checkout at hand. Content-addressed by the SHA-256 of its
 * canonical JSON; `apps/<app>/current.json` is `{"digest": "<sha256>"}`.
 */
export interface AppBundle {
  format: 1
  manifest: Manifest
  /** The `Resources`, `Outputs` … of the manifest's `resources` file, as JSON. */
  resources: Record<string, unknown>
  services: Record<string, ServiceBundle>
}

/** The bundle's key in the bucket. */
export const bundleDigest = (bundle: AppBundle): string => sha256(canonicalJson(bundle))

export interface ServiceBundle {
  /** consul.json as it is in the folder; null for a service that is not discovered. */
  definition: string | null
  /** config.json of ops. */
  config: Record<string, unknown>
  /** SHA-256 of the source archive `sources/<digest>.tgz`, a tar with paths relative to the repository. */
  source: string
  /** The version of Consul in a Consul server's program, such as 1.22.6. */
  consul?: string
}

/** What the SSM parameter `…/image` and a release record: the AMI of a service. */
export interface ImageRecord {
  hash: string
  imageId: string
  builtAt: string
}
