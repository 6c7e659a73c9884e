import type { ClusterView, ConsulServer } from '../base/catalog.ts'

/**
 * The server whose agent an instance's registrations live on: rendezvous hashing (Thaler and Ravishankar,
 * 1998). Each pair of instance and server has a weight and the heaviest wins. So everyone computes the same
 * owner without shared state, and a server that goes moves only its own registrations.
 * @returns undefined when there is no server
 */
export function owner(instanceId: string, servers: ConsulServer[]): ConsulServer | undefined {
  let best: ConsulServer | undefined
  let heaviest = Number.NEGATIVE_INFINITY
  for (const server of servers) {
    const weight = hash(`${instanceId}@${server.instanceId}`)
    if (weight > heaviest) {
      best = server
      heaviest = weight
    }
  }
  return best
}

/**
 * A 53-bit hash of a text, evenly spread: cyrb53 by bryc (public domain), two 32-bit lanes with MurmurHash3's
 * finalizer. A cryptographic one would take most of a round's time at 10,000 instances.
 */
function hash(text: string): number {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 4294967296 * (2097151 & b) + (a >>> 0)
}

/**
 * The servers among which owners are chosen: those that run and that gossip calls alive. A server that has
 * not joined yet takes no registrations, because nobody could find them there. A dead one loses its own, and
 * so does one that its neighbours and we find silent. Without a verdict from gossip every running server
 * stays in, so that silence towards us alone moves nothing; the same if all of them are going.
 */
export function eligibleServers({
  servers: running,
  cluster,
  leaving,
  silent,
}: {
  servers: ConsulServer[]
  cluster: ClusterView | null
  leaving: ReadonlyMap<string, string>
  silent: ReadonlySet<string>
}): ConsulServer[] {
  const staying = running.filter(
    ({ instanceId, address }) => !leaving.has(instanceId) && !silent.has(address),
  )
  const servers = staying.length > 0 ? staying : running
  if (!cluster) return servers
  const alive = new Set(cluster.nodes.filter((node) => node.alive).map((node) => node.address))
  return servers.filter((server) => alive.has(server.address))
}
