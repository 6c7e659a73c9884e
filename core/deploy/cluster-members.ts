import { askAnyServer } from '../base/any-server.ts'
import type { ClusterView, ConsulServer, ServiceCatalog } from '../base/catalog.ts'
import type { Evidence } from './health.ts'
import type { InstanceHealth } from './instance-health.ts'

/** The Consul servers of a cluster: which take part, what keeps the others out, and which are dead. */
export type Members = Required<Pick<Evidence, 'servers' | 'outside' | 'dead'>>

/**
 * What each server answers when it is asked how it sees the cluster; undefined for one that does not.
 * @param skipped is told why each of those gave no answer
 */
export const clusterViews = (
  catalog: Pick<ServiceCatalog, 'cluster'>,
  servers: readonly ConsulServer[],
  skipped?: (problem: string) => unknown,
): Promise<(ClusterView | undefined)[]> =>
  Promise.all(servers.map((server) => askAnyServer([server], (each) => catalog.cluster(each), skipped)))

/**
 * The health of each Consul server by its instance, the same for everyone who shows it: a server takes part
 * that sees a leader, that gossip calls alive and that votes. Each one is asked, because a server on its own
 * may see only itself.
 * @param views what each server answered; undefined for one that did not
 */
export function serverHealths(
  servers: readonly ConsulServer[],
  views: readonly (ClusterView | undefined)[],
): Map<string, InstanceHealth> {
  const largest = largestPart(views)
  const living = new Set(largest ? alive(largest) : [])
  const health = ({ address }: ConsulServer, view: ClusterView | undefined): InstanceHealth => {
    if (view === undefined) return { state: 'critical', why: 'does not answer' }
    if (view.leader === null) return { state: 'critical', why: 'sees no leader of the Consul cluster' }
    if (!living.has(address)) return { state: 'critical', why: 'is not alive to the other Consul servers' }
    if (largest?.voters.includes(address)) return { state: 'passing' }
    return { state: 'warning', why: 'has no vote in the Consul cluster yet' }
  }
  return new Map(servers.map((server, index) => [server.instanceId, health(server, views[index])]))
}

/** @param views as for `serverHealths` */
export function clusterMembers(
  servers: readonly ConsulServer[],
  views: readonly (ClusterView | undefined)[],
): Members {
  const largest = largestPart(views)
  const living = new Set(largest ? alive(largest) : [])
  const voters = largest?.voters ?? []
  const outside = new Map(
    [...serverHealths(servers, views)].flatMap(([id, { why }]) =>
      why === undefined ? [] : [[id, why] as const],
    ),
  )
  return {
    servers: new Set(servers.map(({ instanceId }) => instanceId).filter((id) => !outside.has(id))),
    outside,
    dead: voters.filter((address) => !living.has(address)),
  }
}

/** What the largest part of a cluster sees that has a leader. */
export const largestPart = (views: readonly (ClusterView | undefined)[]): ClusterView | undefined =>
  views
    .filter((view): view is ClusterView => view !== undefined && view.leader !== null)
    .sort((a, b) => alive(b).length - alive(a).length)[0]

/**
 * The same for one who is about to replace servers: none takes part while a dead one votes, as losing one
 * more may then cost the majority. Raft drops it within seconds.
 */
export function withoutTheDead({ dead = [], ...evidence }: Evidence): Evidence {
  if (evidence.servers === undefined || dead.length === 0) return evidence
  const waits = `waits until Consul drops the dead server ${dead.join(', ')}`
  const all = [...evidence.servers].map((id) => [id, waits] as const)
  return { ...evidence, servers: new Set(), outside: new Map([...(evidence.outside ?? []), ...all]) }
}

const alive = (view: ClusterView): string[] => view.nodes.filter((node) => node.alive).map((n) => n.address)
