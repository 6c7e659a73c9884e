import type { CatalogEntry } from '../base/catalog.ts'

/** A healthy instance of a service, and where it answers. */
export interface Place {
  instance: string
  address: string
  port: number
}

/**
 * Where a service answers, one place for each instance: while an instance's entry moves from one Consul
 * server to another it has two, and one that passes is enough.
 * @param port of the manifest, for an entry without one
 */
export function healthyPlaces(entries: readonly CatalogEntry[], port: number): Place[] {
  const passing = entries.filter(({ status, instanceId }) => status === 'passing' && instanceId !== '')
  const places = passing.map((entry): [string, Place] => [
    entry.instanceId,
    { instance: entry.instanceId, address: entry.address, port: entry.port || port },
  ])
  return [...new Map(places).values()].sort((a, b) => (a.instance < b.instance ? -1 : 1))
}

/** The places in the order in which the connection with this number tries them: all get their share. */
export function inTurn(places: readonly Place[], turn: number): Place[] {
  const first = places.length === 0 ? 0 : turn % places.length
  return [...places.slice(first), ...places.slice(0, first)]
}

/**
 * The Consul name under which a service answers at its port: a definition may hold several.
 * @returns undefined for a service that nobody can find by name
 */
export function nameAtPort(
  definition: readonly { Name: string; Port?: number | undefined }[],
  port: number,
): string | undefined {
  return (definition.find(({ Port }) => Port === port) ?? definition[0])?.Name
}
