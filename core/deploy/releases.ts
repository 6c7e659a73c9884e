/** One service as a release runs it. */
interface ReleasedService {
  hash: string
  imageId: string
  count: number
  /** SHA-256 of the Consul definition; empty when the service is not discovered. */
  definition: string
}

/** The set {service → image} that an app ran after a deployment that succeeded. */
export interface Release {
  release: number
  /** Digest of the app bundle it was made of: manifest, definitions, resources. */
  bundle: string
  services: Record<string, ReleasedService>
  /** ISO time and the execution that made it. */
  at: string
  execution: string
}

/**
 * A count that somebody set by hand; it counts until the manifest asks for another number than it did then.
 */
export interface ScaleOverride {
  count: number
  manifestCount: number
}

/** How many releases of an app are kept for going back. */
export const KEPT_RELEASES = 10

/** Releases and scale overrides of a stage; `app` is the app's name. */
export interface ReleaseBook {
  current(app: string): Promise<Release | undefined>
  /** @throws {NotFound} when that release was never made or is not kept any more */
  release(app: string, number: number): Promise<Release>
  /** Writes the release and makes it the current one, provided that `owner` holds the app's lock. */
  record(app: string, release: Release, owner: string): Promise<void>
  overrides(app: string): Promise<Record<string, ScaleOverride>>
  override(app: string, service: string, scale: ScaleOverride, owner: string): Promise<void>
  /** Removes all that is recorded of the app, save its lock. */
  forget(app: string): Promise<void>
  /** Apps that have a current release. */
  deployedApps(): Promise<string[]>
}

/**
 * The number of instances a service is to have: what was set by hand, unless the manifest has changed since.
 */
export function effectiveCount(manifestCount: number, override: ScaleOverride | undefined): number {
  return override && override.manifestCount === manifestCount ? override.count : manifestCount
}
