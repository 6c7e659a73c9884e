import { type CatalogEntry, passingInstances } from '../base/catalog.ts'

/**
 * What Consul says of one instance: `missing`: it has no entry under one of its names; `unknown`: nobody
 * could say; `none`: its service is not discovered.
 */
export interface InstanceHealth {
  state: 'passing' | 'warning' | 'critical' | 'maintenance' | 'missing' | 'unknown' | 'none'
  /** The check's last output, the reason of a maintenance, or why nothing is known. */
  why?: string
}

/** The worst first: an instance is as healthy as its worst name. */
const WORST = ['unknown', 'critical', 'missing', 'maintenance', 'warning', 'passing', 'none'] as const

/**
 * The health of an instance under all names of its definition.
 * @param seen Consul's entries of each name; the names are those of the definition
 */
export function healthOf(instance: string, seen: Record<string, CatalogEntry[]>): InstanceHealth {
  return worstOf(Object.entries(seen).map(([name, entries]) => underName(instance, name, entries)))
}

/** Of several verdicts the worst; `none` of no verdict. */
export const worstOf = (verdicts: InstanceHealth[]): InstanceHealth =>
  [...verdicts].sort((a, b) => WORST.indexOf(a.state) - WORST.indexOf(b.state))[0] ?? { state: 'none' }

function underName(instance: string, name: string, entries: CatalogEntry[]): InstanceHealth {
  if (passingInstances(entries).has(instance)) return { state: 'passing' }
  const entry = entries.find(({ instanceId }) => instanceId === instance)
  if (!entry) return { state: 'missing', why: `Consul has no entry of it as ${name}` }
  const why = entry.status === 'maintenance' ? entry.reason : entry.output
  return { state: entry.status, ...(why ? { why } : {}) }
}
