import { whySilent } from '../../core/base/any-server.ts'
import { PLATFORM, serviceStack } from '../../core/base/names.ts'
import { clusterViews, largestPart, serverHealths } from '../../core/deploy/cluster-members.ts'
import type { StageSources } from './stage-sources.ts'

/** The Consul servers as their group wants them, as EC2 shows them, and as they see one another. */
export interface ConsulState {
  /** How many there should be; or how many run, if that is more. */
  servers: number
  /** Running instances that answer and are alive to the others. */
  alive: number
  /** Address of the leader; null during an election and when no server answers. */
  leader: string | null
  /** What is wrong with those that are not alive, a name with its reason each. */
  dead: string[]
  /** Why none answers, if that is so. */
  silent?: string
}

/**
 * Asks every running server how it sees the cluster.
 * @throws {ServiceFailure} when EC2 does not list the instances
 */
export async function consulState(sources: StageSources, stage: string): Promise<ConsulState> {
  const [running, group] = await Promise.all([
    sources.servers(),
    sources.fleet.group(serviceStack(stage, PLATFORM, 'consul')),
  ])
  const problems: string[] = []
  const views = await clusterViews(sources.catalog, running, (problem) => problems.push(problem))
  const cluster = largestPart(views)
  const answering = running.filter((_server, index) => views[index] !== undefined)
  const health = serverHealths(running, views)
  // Without a leader anywhere nobody can say who is lost; one that waits for its vote is alive.
  const lost = running.filter(({ instanceId }, index) =>
    cluster || views[index] === undefined ? health.get(instanceId)?.state === 'critical' : false,
  )
  const gone = (cluster?.nodes ?? []).filter(
    (node) => !node.alive && !running.some(({ address }) => address === node.address),
  )
  const wanted = Math.max(group?.desired ?? 0, running.length)
  return {
    servers: wanted,
    alive: running.length - lost.length,
    leader: cluster?.leader ?? null,
    dead: [
      ...lost.map(({ instanceId, address }) => `${instanceId} at ${address} ${health.get(instanceId)?.why}`),
      ...gone.map(({ name, address }) => `${name} at ${address} has ended`),
    ],
    ...(wanted > 0 && answering.length === 0 ? { silent: whySilent(problems) } : {}),
  }
}
