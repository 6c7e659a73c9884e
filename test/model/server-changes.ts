import { tell } from './changes.ts'
import type { Happening } from './happenings.ts'
import type { Machine } from './lagging-ec2.ts'
import { terminating } from './model-fleet.ts'
import type { World } from './world.ts'

/** Something happens to Consul servers. */
export async function changeServers(
  world: World,
  { what, which }: Extract<Happening, { do: 'server' }>,
): Promise<void> {
  const all = world.servers
  if (what === 'add') {
    if (all.length < 5) world.launchServer()
    return
  }
  const chosen = what === 'lose all' ? all : all.slice(which % Math.max(1, all.length)).slice(0, 1)
  for (const machine of chosen) await changeServer(world, machine, what)
  // A cluster that loses all its servers loses what it knew.
  if (what === 'lose all') world.catalog.agents.clear()
}

async function changeServer(world: World, machine: Machine, what: string): Promise<void> {
  const { id, address } = machine
  const server = { instanceId: id, address }
  if (what === 'drain') {
    world.told.add(id)
    await tell(world, terminating({ id }), 'once')
    return
  }
  if (what === 'return') return world.catalog.revive(server)
  world.serverLostAt = world.now
  const silent = world.catalog.agents.get(address)?.up === false
  if (what !== 'gossip') world.catalog.kill(server)
  if (what === 'lose' || (what === 'gossip' && silent)) world.catalog.bury(server)
  if (what === 'lose' || what === 'lose all') world.ec2.change(machine, { state: 'terminated' })
}

/** A round is told that a server does not answer. */
export async function spreadWord(
  world: World,
  { which, silent, open }: Extract<Happening, { do: 'word' }>,
): Promise<void> {
  const { servers } = world
  const machine = servers[which % Math.max(1, servers.length)]
  if (!machine) return
  if (silent) await changeServer(world, machine, 'kill')
  await world.reconcile(open, [machine.address])
}

/** Foreign entries on the same agent: from somebody unknown, and from another stage. */
export function plantForeign(world: World, { address }: Machine): void {
  const agent = world.catalog.agents.get(address)
  const common = {
    service: 's0',
    address: '10.0.0.1',
    port: 1,
    tags: [],
    nodeAddress: address,
    status: 'passing' as const,
  }
  agent?.entries.set('theirs', { ...common, id: 'theirs', instanceId: '', meta: {} })
  const meta = { 'external-source': 'nanofleet', 'instance-id': 'i-0ff', stage: 'other' }
  agent?.entries.set('other', { ...common, id: 'other', instanceId: 'i-0ff', meta })
}
