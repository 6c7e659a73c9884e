import { Resolver } from 'node:dns/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { TAG } from '../../../core/base/names.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { PROBATION_SECONDS } from '../../../core/registration/difference.ts'
import { isOurs } from '../../../core/registration/registration.ts'
import type { ConsulCluster } from '../../live/consul.ts'
import { parameter } from '../definitions.ts'
import { truth } from '../lagging-ec2.ts'
import { expected, place } from '../property.ts'
import { STAGE } from '../scene.ts'
import { definition, SERVICES } from './claims.ts'
import type { Functions } from './functions.ts'
import type { LiveWorld } from './live-world.ts'

/**
 * What the real servers have once the world is at rest, and what they should have; any difference is a fault.
 */
export interface Comparison {
  /**
   * The entries of the agents, those that each server's catalog shows as passing, and the addresses in each
   * server's DNS.
   */
  found: string[][]
  wanted: string[][]
}

/** Lets the world come to rest; resolves when rounds have repaired everything, or after this many seconds. */
export async function atRest(
  { world, functions }: { world: LiveWorld; functions: Functions },
  cluster: ConsulCluster,
  seconds: number,
): Promise<Comparison> {
  for (const service of [0, 1, 2]) {
    const text = world.texts.get(parameter(service))?.at(-1)?.text
    if (!text?.includes('"name"')) world.define(parameter(service), definition(service, 'same'))
  }
  world.changed()
  // Instances whose group is waiting for them to drain would be gone within seconds.
  for (const id of world.told) {
    const machine = world.ec2.machines.get(id)
    if (machine && truth(machine).state === 'running') world.ec2.change(machine, { state: 'terminated' })
  }
  world.changed()
  const end = Date.now() + seconds * 1000
  for (let round = 1; ; round++) {
    // The second round comes after every probation; the third may remove what the second one held back.
    await functions.reconcile({}, round > 1 ? PROBATION_SECONDS * 1000 + round * 31_000 : 0)
    const comparison = await compare(world, cluster)
    if (JSON.stringify(comparison.found) === JSON.stringify(comparison.wanted) || Date.now() > end)
      return comparison
    await sleep(500)
  }
}

async function compare(world: LiveWorld, cluster: ConsulCluster): Promise<Comparison> {
  const { servers, catalog } = cluster
  const should = expected(world)
  const listings = await Promise.all(servers.map((server) => catalog.listing(server)))
  const agents = listings.flatMap(({ entries }) => entries.filter((entry) => isOurs(entry, STAGE)).map(place))
  const healths = await Promise.all(
    servers.map(async (server) => {
      const entries = Object.values(await catalog.health(server, { services: SERVICES })).flat()
      return entries.filter(({ status }) => status === 'passing').map(place)
    }),
  )
  const names = await Promise.all(servers.map(({ address }) => resolveAll(address)))
  return {
    found: [agents, ...healths, ...names].map((each) => each.sort()),
    wanted: [should, ...servers.map(() => should), ...servers.map(() => named(world))],
  }
}

async function resolveAll(server: string): Promise<string[]> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 })
  resolver.setServers([`${server}:8600`])
  const found = SERVICES.map(async (service) =>
    (await resolver.resolve4(`${service}.service.consul`).catch(() => [])).map(
      (each) => `${service} ${each}`,
    ),
  )
  return (await Promise.all(found)).flat()
}

/** The names and addresses that DNS has to return. */
const named = (world: LiveWorld): string[] =>
  world.services
    .filter((each) => truth(each).state === 'running' && truth(each).tags[TAG.kind] === 'service')
    .flatMap((machine) => {
      const text = world.texts.get(truth(machine).tags[TAG.definition] ?? '')?.at(-1)?.text ?? ''
      return parseDefinition(text, 'the model').map(({ Name }) => `${Name} ${machine.address}`)
    })
    .sort()
