import type { ClusterView, ConsulServer, ServiceCatalog } from '../../core/base/catalog.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { StageSources } from './stage-sources.ts'

/** The Consul servers as EC2 and they themselves show them. */
export interface ConsulState {
  /** Running instances. */
  servers: number
  /** Those that gossip calls alive. */
  alive: number
  /** Address of the leader; null during an election and when no server answers. */
  leader: string | null
}

/**
 * Asks each running server until one answers.
 * @throws {ServiceFailure} when EC2 does not list the instances
 */
export async function consulState(sources: StageSources): Promise<ConsulState> {
  const servers = await sources.servers()
  const view = await firstView(sources.catalog, servers)
  const alive = view?.nodes.filter((node) => node.alive).length ?? 0
  return { servers: servers.length, alive, leader: view?.leader ?? null }
}

async function firstView(
  catalog: Pick<ServiceCatalog, 'cluster'>,
  servers: ConsulServer[],
): Promise<ClusterView | undefined> {
  for (const server of servers) {
    try {
      return await catalog.cluster(server)
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error
    }
  }
  return undefined
}
