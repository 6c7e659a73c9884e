import type { CatalogSight, ClusterView, ConsulServer, ServiceCatalog } from '../base/catalog.ts'
import { SUSPECT_PATIENCE_MS } from './suspicion.ts'

/**
 * Asks every server for its listing, and the first one how the cluster sees itself. A server that does not
 * answer is left out, and the catalog is asked for its entries. A suspect is asked once and not waited for.
 * @param asked at least one server that is no suspect
 */
export async function readCatalog(
  catalog: ServiceCatalog,
  asked: { servers: ConsulServer[]; suspects?: ConsulServer[]; instanceIds?: string[] | undefined },
): Promise<CatalogSight> {
  const { servers, suspects = [], instanceIds } = asked
  const others = servers.filter((server) => !suspects.includes(server))
  const present = others.map(({ address }) => address)
  const [first] = others as [ConsulServer]
  const [listings, seen] = await Promise.all([
    Promise.allSettled(
      servers.map((server) =>
        catalog.listing(server, {
          instanceIds,
          patienceMs: suspects.includes(server) ? SUSPECT_PATIENCE_MS : undefined,
        }),
      ),
    ),
    ledView(catalog, first, present),
  ])
  const listed = listings.flatMap((listing) => (listing.status === 'fulfilled' ? [listing.value] : []))
  const answering = new Set(listed.map(({ server }) => server.address))
  const speaking = others.filter(({ address }) => answering.has(address))
  const isWhole = speaking.length === others.length
  return {
    listings: listed,
    cluster: seen && isWhole ? seen : ((await laterView(catalog, speaking)) ?? seen),
    problems: listings.flatMap((listing) => (listing.status === 'rejected' ? [message(listing.reason)] : [])),
  }
}

/** How the cluster sees itself; null if the server does not answer, or knows no leader. */
async function ledView(
  catalog: ServiceCatalog,
  server: ConsulServer,
  present: string[],
): Promise<ClusterView | null> {
  const view = await catalog.cluster(server, { present }).catch(() => null)
  return view?.leader ? view : null
}

/**
 * Rare, so asking again, and all servers that have just answered, is cheap enough: a server that is not a
 * suspect yet does not answer, or the first one knows no leader.
 */
async function laterView(
  catalog: ServiceCatalog,
  speaking: ConsulServer[],
): Promise<ClusterView | undefined> {
  const present = speaking.map(({ address }) => address)
  const views = await Promise.all(speaking.map((server) => ledView(catalog, server, present)))
  return views.find((view) => view !== null)
}

export const message = (reason: unknown): string =>
  reason instanceof Error ? reason.message : String(reason)
