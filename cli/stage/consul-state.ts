import { Ec2Instances } from '../../adapters/aws/ec2-instances.ts'
import { consulDoor } from '../../adapters/consul/lambda-calls.ts'
import type { ClusterView, ConsulServer } from '../../core/base/catalog.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { runningServers } from '../../core/registration/evidence.ts'
import type { Context } from '../context.ts'

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
export async function consulState(context: Context, vpcId: string): Promise<ConsulState> {
  const servers = runningServers((await new Ec2Instances(context.ec2(), vpcId).look([])).servers)
  const view = await firstView(context, servers)
  const alive = view?.nodes.filter((node) => node.alive).length ?? 0
  return { servers: servers.length, alive, leader: view?.leader ?? null }
}

async function firstView(context: Context, servers: ConsulServer[]): Promise<ClusterView | undefined> {
  const door = consulDoor(context.lambda(), context.stage)
  for (const server of servers) {
    try {
      return await door.cluster(server)
    } catch (error) {
      if (!(error instanceof ServiceFailure)) throw error
    }
  }
  return undefined
}
