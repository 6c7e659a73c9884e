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
  /** config.json of ops; of a pinned image, as far as it is known. */
  config: Record<string, unknown>
  /**
   * SHA-256 of the source archive `sources/<digest>.tgz`, a tar with paths relative to the repository. Absent
   * where a spec names an image.
   */
  source?: string
  /** The image that a spec names; absent where it is built from the source. */
  image?: PinnedImage
  /** The version of Consul in a Consul server's program, such as 1.22.6. */
  consul?: string
}

/** An image that exists, as a spec named it when it was submitted. */
export interface PinnedImage {
  imageId: string
  /** That of its inputs. */
  hash: string
  /** The service that it was built for: `web/web`. */
  of: string
}

/** Whether an app came as a spec, without a checkout: its images are named, not built. */
export const isOfSpec = ({ services }: Pick<AppBundle, 'services'>): boolean =>
  Object.values(services).some(({ image }) => image !== undefined)

/** What the SSM parameter `…/image` and a release record: the AMI of a service. */
export interface ImageRecord {
  hash: string
  imageId: string
  builtAt: string
}
