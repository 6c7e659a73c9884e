import { InvalidInput } from '../base/errors.ts'
import type { Manifest, ServiceSpec } from '../base/manifest-types.ts'

/**
 * Who gives a program the arguments of a job and reports how it ended: our loader in Node's images, or the
 * program itself.
 */
export type Loader = 'node' | 'program'

/** Where the build puts Node's loader; docs/jobs.md tells authors of Dockerfiles. */
export const NODE_LOADER = '/app/nanofleet-job.mjs'

/**
 * How a service's image learns of a job. `compile.mjs` puts a loader beside each program that it makes for
 * Node; any other program has to read the variables itself, and its manifest says so with `jobs: true`.
 * @param config the service's config.json
 * @param place for the message
 * @throws {InvalidInput} for an image that would take no notice of the arguments
 */
export function loaderOf(
  manifest: Manifest,
  service: string,
  config: Record<string, unknown>,
  place = `${manifest.app}/${service}`,
): Loader {
  const spec = manifest.services[service] as ServiceSpec
  if (spec.jobs) return 'program'
  if (spec.kind !== 'service') throw new InvalidInput(place, 'a Consul server runs no jobs')
  if (spec.source === undefined || manifest.upstream !== undefined)
    throw new InvalidInput(
      place,
      'its image is not built from a source here, so it has no loader that gives a job its arguments',
      `if its program reads NANOFLEET_JOB_ARGS, write jobs: true in app.yml`,
    )
  if (/(^|\/)node$/.test(String(config.Program ?? ''))) return 'node'
  throw new InvalidInput(
    place,
    'only programs of Node get a loader that gives a job its arguments',
    'call ours ("nanofleet job-loader go", python or java) or read NANOFLEET_JOB_ARGS, and write jobs: true in app.yml',
  )
}
