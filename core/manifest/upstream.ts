import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import type { Stage } from '../base/stage.ts'

/** The folder beside a service's Dockerfile and config.json that holds those of its published image. */
export const UPSTREAM = 'upstream'

/**
 * A service's published image, as Docker names it: `<registry>/<service>:<version>`, with `@<digest>` if the
 * manifest pins one. Undefined if our own source is used, or for a service without a source.
 */
export function upstreamImage({ upstream, services }: Manifest, service: string): string | undefined {
  if (!upstream || services[service]?.source === undefined) return undefined
  const digest = upstream.digests[service]
  return `${upstream.registry}/${service}:${upstream.version}${digest === undefined ? '' : `@${digest}`}`
}

/** Where the Dockerfile and config.json of a service's image are, relative to the app's folder. */
export const imageFolder = (manifest: Manifest, service: string): string =>
  upstreamImage(manifest, service) === undefined ? service : `${service}/${UPSTREAM}`

/**
 * The Dockerfiles that an app lacks, by their places in the repository.
 * @param present paths of the files in the app's folder
 */
export function withoutDockerfile(manifest: Manifest, present: Iterable<string>): string[] {
  const files = new Set(present)
  return Object.keys(manifest.services)
    .map((service) => `${imageFolder(manifest, service)}/Dockerfile`)
    .filter((file) => !files.has(file))
    .map((file) => `images/${manifest.app}/${file}`)
}

/**
 * Refuses published images where they cannot be packed: `process` compiles sources and starts no containers.
 * @throws {InvalidInput} before anything is built or changed
 */
export function refuseUpstream({ app, upstream }: Manifest, { name, packager }: Stage): void {
  if (!upstream || packager === 'ops') return
  throw new InvalidInput(
    `images/${app}/app.yml: source`,
    `upstream needs the packager ops, which works on AWS only, and the stage ${name} has ${packager}`,
    'write source: ours and push the app again',
  )
}
