import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry, ConsulServer } from '../../../core/base/catalog.ts'
import { owner } from '../../../core/registration/owner.ts'
import { fleetOf, type ModelFleet, stateChange, terminating } from '../../model/model-fleet.ts'

const serverOf = (fleet: ModelFleet, index: number): ConsulServer => fleet.servers[index] as ConsulServer
const idsOn = (fleet: ModelFleet, server: ConsulServer): string[] => [
  ...(fleet.catalog.agents.get(server.address)?.entries.keys() ?? []),
]
/** Ids of the instances that a living server holds. */
const idsBeside = (fleet: ModelFleet, dead: ConsulServer): string[] =>
  fleet.servers.filter(({ address }) => address !== dead.address).flatMap((each) => idsOn(fleet, each))
const word = (fleet: ModelFleet, ...silent: ConsulServer[]) =>
  fleet.reconcile(
    [],
    silent.map(({ address }) => address),
  )

describe('a round that is told of a silent server', () => {
  it('registers what stands on it elsewhere as well, before gossip calls it dead', async () => {
    const fleet = await fleetOf(3, 12)
    const silent = serverOf(fleet, 0)
    const [before, theirs] = [fleet.catalog.ids(), idsOn(fleet, silent)]
    fleet.catalog.kill(silent)
    expect(await word(fleet, silent)).toMatchObject({ registered: theirs.length, removed: 0, waiting: [] })
    expect(fleet.catalog.ids()).toEqual(expect.arrayContaining(before))
    const others = fleet.servers.filter((each) => each !== silent && each.address !== silent.address)
    for (const id of theirs) expect(fleet.catalog.ids()).toContain(`${id}@${owner(id, others)?.instanceId}`)
    expect(idsBeside(fleet, silent).sort()).toEqual([...new Set(before.map((id) => id.split('@')[0]))].sort())
  })

  it('leaves one entry of each once gossip says that it is dead', async () => {
    const fleet = await fleetOf(3, 12)
    const silent = serverOf(fleet, 0)
    fleet.catalog.kill(silent)
    await word(fleet, silent)
    fleet.catalog.bury(silent)
    await fleet.reconcile()
    expect(fleet.catalog.ids()).toHaveLength(12)
    expect(idsOn(fleet, silent)).toEqual([])
  })

  it('leaves one entry of each when the server comes back, and writes nothing after that', async () => {
    const fleet = await fleetOf(3, 12)
    const silent = serverOf(fleet, 0)
    const before = fleet.catalog.ids().sort()
    fleet.catalog.kill(silent)
    await word(fleet, silent)
    fleet.catalog.revive(silent)
    await fleet.reconcile()
    expect(fleet.catalog.ids().sort()).toEqual(before)
    expect(await fleet.reconcile()).toMatchObject({ registered: 0, removed: 0 })
  })

  it('keeps what it has registered while the server that is back has not run its checks, whatever the catalog remembers', async () => {
    const fleet = await fleetOf(3, 12)
    const silent = serverOf(fleet, 0)
    fleet.catalog.kill(silent)
    await word(fleet, silent)
    fleet.catalog.revive(silent)
    for (const entry of fleet.catalog.agents.get(silent.address)?.entries.values() ?? [])
      entry.status = 'critical'
    const health = fleet.catalog.health.bind(fleet.catalog)
    fleet.catalog.health = async (server, names) => {
      const shown = Object.entries(await health(server, names))
      const passing = (entries: CatalogEntry[]) =>
        entries.map((entry) => ({ ...entry, status: 'passing' as const }))
      return Object.fromEntries(shown.map(([name, entries]) => [name, passing(entries)]))
    }
    expect(await fleet.reconcile()).toMatchObject({ removed: 0 })
    fleet.catalog.pass()
    await fleet.reconcile()
    expect(fleet.catalog.ids()).toHaveLength(12)
  })

  it('keeps what it has registered while nobody tells of the server any more and gossip calls it alive', async () => {
    const fleet = await fleetOf(3, 12)
    const silent = serverOf(fleet, 0)
    fleet.catalog.kill(silent)
    await word(fleet, silent)
    const after = fleet.catalog.ids().sort()
    expect(await fleet.reconcile()).toMatchObject({ registered: 0, removed: 0 })
    expect(fleet.catalog.ids().sort()).toEqual(after)
  })

  it('finds a new owner for all that stood on two servers which died together', async () => {
    const fleet = await fleetOf(5, 20)
    const dead = [serverOf(fleet, 0), serverOf(fleet, 1)]
    for (const each of dead) fleet.catalog.kill(each)
    expect(await word(fleet, ...dead)).toMatchObject({ waiting: [] })
  })

  it('changes nothing when the server answers it', async () => {
    const fleet = await fleetOf(3, 12)
    expect(await word(fleet, serverOf(fleet, 0))).toMatchObject({ registered: 0, removed: 0, waiting: [] })
  })

  it('believes nobody who tells of half of the servers or more', async () => {
    const fleet = await fleetOf(4, 12)
    const named = [serverOf(fleet, 0), serverOf(fleet, 1)]
    for (const each of named) fleet.catalog.kill(each)
    expect(await word(fleet, ...named)).toMatchObject({ registered: 0 })
  })

  it('concludes nothing when it reaches no majority itself', async () => {
    const fleet = await fleetOf(3, 12)
    fleet.catalog.kill(serverOf(fleet, 0))
    fleet.catalog.kill(serverOf(fleet, 1))
    expect(await word(fleet, serverOf(fleet, 0))).toMatchObject({ registered: 0 })
  })

  it('keeps out of DNS who was told to go while it stood there', async () => {
    const fleet = await fleetOf(3, 12)
    const silent = serverOf(fleet, 0)
    const [told = ''] = idsOn(fleet, silent)
    await fleet.catalog.maintenance(silent, { id: told, reason: 'its group terminates it' })
    fleet.catalog.kill(silent)
    await word(fleet, silent)
    expect(fleet.catalog.found('web')).not.toContain(told)
    expect(idsBeside(fleet, silent)).toContain(told)
  })
})

describe('an instance that goes while its server does not answer', () => {
  const going = async (): Promise<{ fleet: ModelFleet; silent: ConsulServer; id: string }> => {
    const fleet = await fleetOf(3, 12)
    const silent = serverOf(fleet, 0)
    const [id = ''] = idsOn(fleet, silent)
    fleet.catalog.pass()
    fleet.catalog.kill(silent)
    fleet.set({ id }, 'terminated')
    return { fleet, silent, id }
  }

  it('leaves DNS with its event, before anybody says that the server is dead', async () => {
    const { fleet, id } = await going()
    const others = fleet.catalog.found('web').filter((each) => each !== id)
    await fleet.deliver(stateChange({ id }, 'terminated'))
    expect(fleet.catalog.found('web')).toEqual(others)
  })

  it('leaves DNS with the word about the server when its event was lost', async () => {
    const { fleet, silent, id } = await going()
    await word(fleet, silent)
    expect(fleet.catalog.found('web')).not.toContain(id)
  })

  it('is taken out once more when the server lived and brings it back', async () => {
    const { fleet, silent, id } = await going()
    const entry = fleet.catalog.agents.get(silent.address)?.entries.get(id)
    await fleet.deliver(stateChange({ id }, 'terminated'))
    fleet.catalog.revive(silent)
    if (entry) fleet.catalog.agents.get(silent.address)?.entries.set(id, entry)
    await fleet.reconcile()
    expect(fleet.catalog.ids().filter((each) => each.startsWith(id))).toEqual([])
  })
})

describe('an instance that was told to go after its server had fallen silent', () => {
  it('stays out of DNS when its definition changes', async () => {
    const fleet = await fleetOf(3, 12)
    const silent = serverOf(fleet, 0)
    const [told = ''] = idsOn(fleet, silent)
    fleet.catalog.kill(silent)
    await word(fleet, silent)
    await fleet.deliver(terminating({ id: told }))
    for (const [name, text] of fleet.parameters)
      fleet.parameters.set(name, text.replace('"port":80', '"port":81'))
    expect(await word(fleet, silent)).toMatchObject({ registered: 12 })
    const others = fleet.servers.filter(({ address }) => address !== silent.address)
    const states = others.map(({ address }) => fleet.catalog.agents.get(address)?.entries.get(told)?.status)
    expect(states.filter(Boolean)).toEqual(['maintenance'])
  })
})

describe('a server that EC2 calls terminated and gossip still alive', () => {
  it('does not let back into DNS who was told to go while it stood there', async () => {
    const fleet = await fleetOf(3, 12)
    const lost = serverOf(fleet, 0)
    const [told = ''] = idsOn(fleet, lost)
    await fleet.catalog.maintenance(lost, { id: told, reason: 'its group terminates it' })
    fleet.catalog.kill(lost)
    fleet.set({ id: lost.instanceId }, 'terminated')
    await fleet.reconcile()
    expect(fleet.catalog.found('web')).not.toContain(told)
    expect(idsBeside(fleet, lost)).toContain(told)
  })
})

describe('a cluster without a leader', () => {
  it('is given nothing to register, as it would be in the catalog minutes later', async () => {
    const fleet = await fleetOf(3, 3)
    const { id } = fleet.service()
    fleet.catalog.leader = false
    expect(await fleet.reconcile()).toMatchObject({ registered: 0, waiting: expect.arrayContaining([id]) })
    fleet.catalog.leader = true
    expect(await fleet.reconcile()).toMatchObject({ registered: 1, waiting: [] })
  })
})
