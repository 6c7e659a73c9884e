import type { AppBundle } from '../base/bundle.ts'
import { canonicalJson } from '../base/canonical.ts'
import { REPOSITORY_FILE } from '../manifest/repository.ts'
import { type Part, type ServiceParts, serviceHash, serviceParts } from './service-parts.ts'

/** An app in one state of the repository. */
export interface AppState {
  bundle: AppBundle
  /** Service -> path -> digest of each file that its image is made from. */
  images: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Path -> digest of the files that say what its services are: below `images/<app>/`, and nanofleet.yml. */
  files: ReadonlyMap<string, string>
}

/** A service that a release must bring up. */
export interface ChangedService {
  app: string
  service: string
  change: 'changed' | 'new'
  /** Of its parts in both states; the earlier one is absent for a new service. */
  hash: { before?: string; after: string }
  /** Which parts differ; empty for a new service. */
  parts: Part[]
  /**
   * The files that make the difference, sorted: changed, or come into the image or gone from it, as when an
   * import names them; all of the image for a new service.
   */
  paths: string[]
}

/** What became of an app's services between two states. */
export interface AppChange {
  changed: ChangedService[]
  /** Services that are no more: only a deployment of the whole app removes them. */
  removed: string[]
}

/**
 * The services whose hash differs.
 * @param before absent where the app was not there, or could not be read: then all its services are new
 */
export function changedServices(before: AppState | undefined, after: AppState): AppChange {
  const { app, services } = after.bundle.manifest
  const was = before?.bundle.manifest.services ?? {}
  const changed = Object.keys(services).flatMap((service): ChangedService[] => {
    const young = serviceParts(after.bundle, service)
    const hash = serviceHash(young)
    const made = after.images.get(service) ?? new Map<string, string>()
    if (!before || !(service in was))
      return [
        { app, service, change: 'new', hash: { after: hash }, parts: [], paths: [...made.keys()].sort() },
      ]
    const old = serviceParts(before.bundle, service)
    const earlier = serviceHash(old)
    if (earlier === hash) return []
    const parts = differing(old, young)
    const paths = parts.flatMap((part) => pathsOf(part, service, before, after))
    return [
      {
        app,
        service,
        change: 'changed',
        hash: { before: earlier, after: hash },
        parts,
        paths: [...new Set(paths)].sort(),
      },
    ]
  })
  return { changed, removed: Object.keys(was).filter((service) => !(service in services)) }
}

const differing = (old: ServiceParts, young: ServiceParts): Part[] =>
  (Object.keys(young) as Part[]).filter((part) => canonicalJson(old[part]) !== canonicalJson(young[part]))

/** The files that differ among those that a part is made from. */
function pathsOf(part: Part, service: string, before: AppState, after: AppState): string[] {
  const { manifest } = after.bundle
  const folder = `images/${manifest.app}`
  const written = differences(before.files, after.files)
  const among = (...names: string[]) => written.filter((path) => names.includes(path))
  const described = [`${folder}/app.yml`, REPOSITORY_FILE]
  if (part === 'image') {
    const empty = new Map<string, string>()
    const files = differences(before.images.get(service) ?? empty, after.images.get(service) ?? empty)
    return files.length > 0 ? files : among(...described)
  }
  if (part === 'definition')
    return among(`${folder}/${service}/consul.json`, `${folder}/${service}/consul.hcl`)
  if (part !== 'resources') return among(...described)
  const places = [before, after].flatMap(({ bundle }) => bundle.manifest.resources ?? [])
  const files = among(...places.map((place) => `${folder}/${place}`))
  return files.length > 0 ? files : among(...described)
}

/** Paths that only one of two states has, or both with another content. */
function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => a.get(path) !== b.get(path))
}
