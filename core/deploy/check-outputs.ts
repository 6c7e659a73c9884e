import { askAnyServer, whySilent } from '../base/any-server.ts'
import type { CatalogEntry, ConsulServer, ServiceCatalog } from '../base/catalog.ts'
import { ServiceFailure } from '../base/errors.ts'
import { registeredAt } from '../registration/registration.ts'

/** Milliseconds for which nobody is surprised that a check has said nothing yet. */
const SPEECHLESS_MS = 5000

/** Entries by name, or why nobody knows them. */
export type Entries =
  | { entries: Record<string, CatalogEntry[]>; unknown?: undefined }
  | { entries?: undefined; unknown: string }

/**
 * Consul's entries under these names, with what their checks said; nobody is asked for none.
 * @param servers of which one has to answer
 */
export async function entriesUnder(
  catalog: Pick<ServiceCatalog, 'health' | 'listing'>,
  servers: ConsulServer[],
  names: string[],
  now: Date,
): Promise<Entries> {
  if (names.length === 0) return { entries: {} }
  const problems: string[] = []
  const seen = await askAnyServer(
    servers,
    (server) => catalog.health(server, { services: names }),
    (problem) => problems.push(problem),
  )
  return seen ? { entries: await withOutputs(catalog, servers, seen, now) } : { unknown: whySilent(problems) }
}

/**
 * The entries with what their checks said. An agent tells the catalog at once of another state of a check,
 * and of another output only every five minutes (Consul docs, "check_update_interval"): a check that never
 * passed has none there. So the agents are asked; one that does not answer leaves its entries as they are.
 */
async function withOutputs(
  catalog: Pick<ServiceCatalog, 'listing'>,
  servers: readonly ConsulServer[],
  byName: Record<string, CatalogEntry[]>,
  now: Date,
): Promise<Record<string, CatalogEntry[]>> {
  const isMute = (entry: CatalogEntry): boolean =>
    (entry.status === 'critical' || entry.status === 'warning') &&
    entry.output === undefined &&
    now.getTime() - registeredAt(entry) >= SPEECHLESS_MS
  const mute = Object.values(byName).flat().filter(isMute)
  const byOwner = Map.groupBy(mute, ({ nodeAddress }) => nodeAddress)
  const owners = servers.filter(({ address }) => byOwner.has(address))
  const said = await Promise.all(
    owners.map(async (server) => {
      const instanceIds = [...new Set(byOwner.get(server.address)?.map(({ instanceId }) => instanceId))]
      return await heldBy(catalog, server, instanceIds)
    }),
  )
  const outputs = new Map(said.flat().flatMap(({ id, output }) => (output ? [[id, output] as const] : [])))
  const spoken = (entry: CatalogEntry): CatalogEntry => {
    const output = isMute(entry) ? outputs.get(entry.id) : undefined
    return output === undefined ? entry : { ...entry, output }
  }
  return Object.fromEntries(Object.entries(byName).map(([name, entries]) => [name, entries.map(spoken)]))
}

async function heldBy(
  catalog: Pick<ServiceCatalog, 'listing'>,
  server: ConsulServer,
  instanceIds: string[],
): Promise<CatalogEntry[]> {
  try {
    return (await catalog.listing(server, { instanceIds })).entries
  } catch (error) {
    if (error instanceof ServiceFailure) return []
    throw error
  }
}
