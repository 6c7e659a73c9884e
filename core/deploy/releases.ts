/** One service as a release runs it. */
interface ReleasedService {
  hash: string
  imageId: string
  count: number
  /** SHA-256 of the Consul definition; empty when the service is not discovered. */
  definition: string
  /** The version of Consul, of Consul servers. */
  consul?: string
}

/** The set {service → image} that an app ran after a deployment that succeeded. */
export interface Release {
  release: number
  /** Digest of the app bundle it was made from: manifest, definitions, resources. */
  bundle: string
  services: Record<string, ReleasedService>
  /** ISO time. */
  at: string
  execution: string
}

/** A count set by hand; it applies until the manifest asks for a different number than it did then. */
export interface ScaleOverride {
  count: number
  manifestCount: number
}

/** How many releases of an app are kept for going back. */
export const KEPT_RELEASES = 10

/** Releases and scale overrides of a stage; `app` is the app's name. */
export interface ReleaseBook {
  current(app: string): Promise<Release | undefined>
  /** @throws {NotFound} if that release never existed or is no longer kept */
  release(app: string, number: number): Promise<Release>
  /** Those that one can go back to and the current one, oldest first. */
  kept(app: string): Promise<Release[]>
  /** Writes the release and makes it the current one, provided that `owner` holds the app's lock. */
  record(app: string, release: Release, owner: string): Promise<void>
  overrides(app: string): Promise<Record<string, ScaleOverride>>
  override(app: string, service: string, scale: ScaleOverride, owner: string): Promise<void>
  /** Removes everything recorded of the app except its lock and what was kept of its data. */
  forget(app: string): Promise<void>
  /** Apps that have a current release. */
  deployedApps(): Promise<string[]>
}

/**
 * The number of instances a service should have: the one set by hand, unless the manifest has changed since.
 */
export function effectiveCount(manifestCount: number, override: ScaleOverride | undefined): number {
  return override && override.manifestCount === manifestCount ? override.count : manifestCount
}
