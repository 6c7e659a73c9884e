import type { ClusterView, ConsulServer, Listing } from '../base/catalog.ts'

/** How long a suspect may take to answer: what it holds leaves DNS some 5 s after its death. */
export const SUSPECT_PATIENCE_MS = 1000

/**
 * The running servers that, as their neighbours report, do not answer. Servers rarely fail together; networks
 * do. If half or more are suspect, conclude nothing.
 * @param silent their addresses
 */
export function suspects(servers: ConsulServer[], silent: string[]): ConsulServer[] {
  const named = servers.filter(({ address }) => silent.includes(address))
  return 2 * named.length < servers.length ? named : []
}

/**
 * Addresses of the suspects that do not answer us either, while the others do and have a leader. That does
 * not prove them dead, and need not: their instances are registered elsewhere as well, and nothing of theirs
 * that runs is removed before gossip says so.
 */
export function silentServers(
  named: ConsulServer[],
  servers: ConsulServer[],
  listings: Listing[],
  cluster: ClusterView | null,
): Set<string> {
  const answering = new Set(listings.map(({ server }) => server.address))
  if (!cluster || 2 * answering.size <= servers.length) return new Set()
  const mute = named.map(({ address }) => address).filter((address) => !answering.has(address))
  return new Set(mute.filter((address) => !cluster.leader?.startsWith(`${address}:`)))
}
