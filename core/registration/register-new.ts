import type { Arrival, ConsulServer, ServiceCatalog, Welcome } from '../base/catalog.ts'
import { inTurns } from '../base/turns.ts'
import { eligibleServers, owner } from './owner.ts'
import { message, readCatalog } from './sight.ts'

/**
 * A catalog's `registerNew`, made of its other verbs. Most instances that start are new; finding that out
 * takes most of the calls, so they are registered in the same step. `difference` uses the same rules
 * (`wishes`), so it finds nothing left to do for them.
 */
export async function registerNew(
  catalog: ServiceCatalog,
  first: ConsulServer,
  among: { servers: ConsulServer[]; instanceIds: string[]; arrivals: Arrival[] },
): Promise<Welcome> {
  const servers = [first, ...among.servers.filter(({ address }) => address !== first.address)]
  const sight = await readCatalog(catalog, { servers, instanceIds: among.instanceIds })
  const { listings, cluster } = sight
  const welcome: Welcome = { ...sight, registered: [], failed: [] }
  if (!cluster) return welcome
  const eligible = eligibleServers({ servers, cluster, leaving: new Map(), silent: new Set() })
  const answering = new Set(listings.map(({ server }) => server.address))
  const entries = [...listings.flatMap((listing) => listing.entries), ...cluster.stranded, ...cluster.doubted]
  const known = new Set(entries.map(({ instanceId }) => instanceId))
  const put = async ({ instanceId, registration }: Arrival): Promise<void> => {
    const home = owner(instanceId, eligible)
    if (!home || !answering.has(home.address) || known.has(instanceId)) return
    const placed = { id: registration.ID, server: home }
    await catalog.register(home, { registration }).then(
      () => welcome.registered.push(placed),
      (error: unknown) => welcome.failed.push({ ...placed, problem: message(error) }),
    )
  }
  await Promise.all(inTurns(among.arrivals, ({ registration }) => registration.Name).map(put))
  return welcome
}
