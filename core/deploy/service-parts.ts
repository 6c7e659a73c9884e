import type { AppBundle } from '../base/bundle.ts'
import { canonicalJson, sha256 } from '../base/canonical.ts'
import { upstreamImage } from '../manifest/upstream.ts'
import { entriesOf, hangingTogether, usedBy } from '../template/hanging-together.ts'

/**
 * What a deployment of one service alone takes from a push, by the question that it answers. Equal parts,
 * equal release: nothing else of a commit reaches this service.
 */
export interface ServiceParts {
  /** What its image is made from. */
  image: unknown
  /** Its entry in the manifest with all defaults, and what the app requires. */
  settings: unknown
  /** Its definition in Consul. */
  definition: unknown
  /** The app's own resources that hang together with what it uses. */
  resources: unknown
  /** Topics that it reads or writes. */
  kafka: unknown
}

export type Part = keyof ServiceParts

/** @param service one of the app's */
export function serviceParts(bundle: AppBundle, service: string): ServiceParts {
  const { manifest, resources } = bundle
  const spec = manifest.services[service]
  const { source = '', definition = null } = bundle.services[service] ?? {}
  const taken = hangingTogether(resources, usedBy(resources, manifest, service))
  const used = new Set([...(spec?.kafka?.read ?? []), ...(spec?.kafka?.write ?? [])])
  const topics = Object.entries(manifest.kafka?.topics ?? {}).filter(([name]) => used.has(name))
  return {
    image: [source, upstreamImage(manifest, service) ?? null],
    settings: [manifest.app, spec ?? null, manifest.requires.toSorted()],
    definition,
    resources: [...entriesOf(resources)].filter(([key]) => taken.has(key)).sort(byName),
    kafka: used.size === 0 ? null : [manifest.kafka?.cluster ?? null, topics.sort(byName)],
  }
}

/** Names one state of a service: equal hash, nothing to release. */
export const serviceHash = (parts: ServiceParts): string => sha256(canonicalJson(parts)).slice(0, 16)

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)
