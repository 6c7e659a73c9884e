import { type Resource, references } from '../base/cloudformation.ts'
import type { Manifest } from '../base/manifest-types.ts'
import { carriedBy } from './app-references.ts'
import { attachedTargets } from './attached-targets.ts'
import { groupId } from './groups.ts'

/** The sections of an app's own file: `Resources`, `Conditions` …, each with its entries by name. */
type Sections = Record<string, unknown>

/** `Resources.Orders` of each entry, with what is written there. */
export type Entries = ReadonlyMap<string, unknown>

export const entriesOf = (sections: Sections): Entries =>
  new Map(
    Object.entries(sections).flatMap(([section, all]) =>
      Object.entries(Object(all)).map(([name, entry]): [string, unknown] => [`${section}.${name}`, entry]),
    ),
  )

/**
 * Which entries a service uses itself: those that its variables and permissions name, the target groups that
 * hold its instances, the cluster of its topics, and what refers to its security group.
 */
export function usedBy(sections: Sections, { kafka, services }: Manifest, service: string): string[] {
  const spec = services[service]
  if (!spec) return []
  const resources: Record<string, Resource> = Object(sections.Resources)
  const attached = attachedTargets(resources).filter((target) => target.service === service)
  const cluster = spec.kafka && kafka ? [kafka.cluster] : []
  const named = [...[...carriedBy(spec), ...attached].map(({ resource }) => resource), ...cluster]
  const group = groupId(service)
  return [...entriesOf(sections)].flatMap(([key, entry]) =>
    named.some((name) => key === `Resources.${name}` || key === `Parameters.${name}`) ||
    references(entry).has(group)
      ? key
      : [],
  )
}

/**
 * The entries that hang together with some: what they refer to, what refers to those of them that are
 * resources, and so on. A queue comes with its policy and the subscription that fills it.
 */
export function hangingTogether(sections: Sections, some: Iterable<string>): Set<string> {
  const entries = entriesOf(sections)
  const links = [...entries].flatMap(([key, entry]) =>
    [...mentions(entry)].filter((other) => entries.has(other)).map((other) => [key, other] as const),
  )
  const found = new Set<string>()
  const open = [...some]
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (found.has(key)) continue
    found.add(key)
    for (const [from, to] of links) {
      if (from === key) open.push(to)
      // A condition that all ask is no reason to take all.
      if (to === key && key.startsWith('Resources.')) open.push(from)
    }
  }
  return found
}

/** Which entries one refers to, with the sections in which they may be. */
function mentions(entry: unknown): Set<string> {
  const names = [...references(entry)].flatMap((name) => [`Resources.${name}`, `Parameters.${name}`])
  const { DependsOn = [] } = Object(entry) as { DependsOn?: string | string[] }
  return new Set([...names, ...[DependsOn].flat().map((name) => `Resources.${name}`), ...conditions(entry)])
}

/** Conditions and mappings, wherever they are asked. */
function conditions(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const [first] = Array.isArray(inner) ? inner : []
    return [
      ...(key === 'Condition' && typeof inner === 'string' ? [`Conditions.${inner}`] : []),
      ...(key === 'Fn::If' ? [`Conditions.${String(first)}`] : []),
      ...(key === 'Fn::FindInMap' ? [`Mappings.${String(first)}`] : []),
      ...conditions(inner),
    ]
  })
}
