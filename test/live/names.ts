import { Resolver } from 'node:dns/promises'
import { Ec2Instances } from '../../adapters/aws/ec2-instances.ts'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import type { ConsulAccess } from '../../adapters/consul/access.ts'
import { consulDoor } from '../../adapters/consul/lambda-calls.ts'
import type { Context } from '../../cli/context.ts'
import type { CatalogEntry, ClusterView, ConsulServer } from '../../core/base/catalog.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { controlStack } from '../../core/base/names.ts'
import { runningServers } from '../../core/registration/evidence.ts'
import { askServer } from './consul-api.ts'
import { regionOf } from './stage.ts'

/** What names inside the fleet resolve to through the network load balancer; empty when unknown. */
export async function resolve(context: Context, service: string): Promise<string[]> {
  const [first, second] = regionOf(context).vpcCidr.split('.')
  const resolver = new Resolver({ timeout: 1000, tries: 1 })
  resolver.setServers([`${first}.${second}.0.10:8053`])
  try {
    return (await resolver.resolve4(`${service}.service.consul`)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTFOUND') return []
    throw error
  }
}

/** The same while Consul or its load balancer may be changing: an error is not an answer. */
export const tryResolve = (context: Context, service: string): Promise<string[] | undefined> =>
  resolve(context, service).catch(() => undefined)

/** The running Consul servers according to EC2. */
export async function consulServers(context: Context): Promise<ConsulServer[]> {
  const { VpcId } = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  return runningServers((await new Ec2Instances(context.ec2(), VpcId ?? '').look([])).servers)
}

/** All entries of a service, through the Lambda that is the only door into the network. */
export async function catalogEntries(context: Context, service: string): Promise<CatalogEntry[]> {
  const door = consulDoor(context.lambda(), context.stage)
  const answer = await door.health(await oneServer(context), { services: [service] })
  return answer[service] ?? []
}

/** How the Consul servers see themselves. */
export async function clusterView(context: Context): Promise<ClusterView> {
  return consulDoor(context.lambda(), context.stage).cluster(await oneServer(context))
}

/**
 * The addresses of the healthy, voting servers, as the leader sees them (Consul docs, "Operator HTTP API:
 * Autopilot"). Empty while there is no leader, or while a missing server still counts for the quorum.
 */
export async function votingServers(server: ConsulServer, access: ConsulAccess): Promise<string[]> {
  const servers = await healthyServers(server, access)
  if (servers.some(({ Voter }) => !Voter)) return []
  return servers.map(({ Address }) => Address.split(':')[0] ?? '').sort()
}

/** The Consul versions of the servers, as the leader sees them; empty while one of them is not healthy. */
export async function serverVersions(server: ConsulServer, access: ConsulAccess): Promise<string[]> {
  return (await healthyServers(server, access)).map(({ Version }) => Version)
}

async function healthyServers(
  { address }: ConsulServer,
  access: ConsulAccess,
): Promise<{ Address: string; Voter: boolean; Version: string }[]> {
  // 200 when all are healthy, otherwise 429 with the same body.
  const answer = await askServer(address, '/v1/operator/autopilot/health', access)
  if (answer.status !== 200) return []
  return (JSON.parse(answer.text) as { Servers: { Address: string; Voter: boolean; Version: string }[] })
    .Servers
}

async function oneServer(context: Context): Promise<ConsulServer> {
  const [server] = await consulServers(context)
  if (!server) throw new ServiceFailure('no Consul server is running')
  return server
}
