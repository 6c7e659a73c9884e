import type { CatalogEntry, ConsulServer, ServiceCatalog } from '../base/catalog.ts'
import { ServiceFailure } from '../base/errors.ts'
import { registeredAt } from '../registration/registration.ts'

/** Milliseconds for which nobody is surprised that a check has said nothing yet. */
const SPEECHLESS_MS = 5000

/**
 * The entries with what their checks said. An agent tells the catalog at once of another state of a check,
 * and of another output only every five minutes (Consul docs, "check_update_interval"): a check that never
 * passed has none there. So the agents are asked; one that does not answer leaves its entries as they are.
 */
export async function withOutputs(
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
