import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { readDefinitions } from '../../../core/registration/definitions.ts'
import { PROBATION_SECONDS } from '../../../core/registration/difference.ts'
import { owner } from '../../../core/registration/owner.ts'
import { fleetOf, type ModelFleet, runningOf, servicesOf, stateChange } from '../../model/model-fleet.ts'

/** Nobody is on probation any more. */
const settledFleetOf = async (servers: number, services: number): Promise<ModelFleet> => {
  const fleet = await fleetOf(servers, services)
  fleet.later(PROBATION_SECONDS)
  return fleet
}

describe('a round never removes on missing evidence', () => {
  it('changes nothing when EC2 cannot be read to the end', async () => {
    const fleet = await fleetOf(1, 8)
    const before = fleet.catalog.ids()
    fleet.broken.add('ec2')
    await expect(fleet.reconcile()).rejects.toThrow('throttled')
    expect(fleet.catalog.ids()).toEqual(before)
  })

  it('changes nothing when the second look at absent instances fails', async () => {
    const fleet = await fleetOf(1, 8)
    const before = fleet.catalog.ids()
    fleet.instances.delete(runningOf(fleet)[0] ?? '')
    fleet.broken.add('confirm')
    await expect(fleet.reconcile()).rejects.toThrow('throttled')
    expect(fleet.catalog.ids()).toEqual(before)
  })

  it('keeps the entries of instances whose definition cannot be read, is missing or is wrong', async () => {
    for (const spoil of [
      (fleet: ModelFleet) => fleet.broken.add('/nanofleet/test/web/web/consul'),
      (fleet: ModelFleet) => fleet.parameters.delete('/nanofleet/test/web/web/consul'),
      (fleet: ModelFleet) => fleet.parameters.set('/nanofleet/test/web/web/consul', '{"port": 80}'),
    ]) {
      const fleet = await fleetOf(2, 8)
      spoil(fleet)
      const report = await fleet.reconcile()
      expect(report.problems[0]).toContain('/nanofleet/test/web/web/consul')
      expect(fleet.catalog.ids()).toHaveLength(8)
    }
  })

  it('does not hide a mistake of its own behind a wrong definition', async () => {
    const source = {
      read: async () => ({ found: new Map([['p', undefined]]), missing: [], failed: new Map() }),
    }
    await expect(readDefinitions(source as never, ['p'])).rejects.toThrow(TypeError)
  })

  it('stops no other instance for a wrong definition', async () => {
    const fleet = await fleetOf(1, 1)
    fleet.service('/nanofleet/test/bad/bad/consul')
    fleet.parameters.set('/nanofleet/test/bad/bad/consul', 'not a definition')
    const good = fleet.service()
    await fleet.reconcile()
    expect(fleet.catalog.found('web')).toContain(good.id)
  })

  it('leaves everything of a server alone that is silent and that gossip calls alive', async () => {
    const fleet = await fleetOf(3, 12)
    const before = fleet.catalog.ids().sort()
    fleet.catalog.kill(fleet.servers[0] as ConsulServer)
    const report = await fleet.reconcile()
    expect(report.waiting.length).toBeGreaterThan(0)
    expect(fleet.catalog.ids().sort()).toEqual(before)
  })

  it('moves nothing while there is no leader', async () => {
    const fleet = await fleetOf(2, 10)
    const before = fleet.catalog.ids().sort()
    fleet.server()
    fleet.catalog.leader = false
    await fleet.reconcile()
    expect(before.every((id) => fleet.catalog.ids().includes(id))).toBe(true)
  })

  it('gives no registration to a server that has not joined the cluster', async () => {
    const fleet = await fleetOf(2, 10)
    const late = fleet.server()
    fleet.catalog.bury(late)
    await fleet.reconcile()
    expect(fleet.catalog.agents.get(late.address)?.entries.size).toBe(0)
  })

  it('holds a sudden loss of many instances until a second round agrees', async () => {
    const fleet = await settledFleetOf(1, 10)
    for (const id of runningOf(fleet).slice(0, 6)) fleet.instances.delete(id)
    expect(await fleet.reconcile()).toMatchObject({ removed: 0, held: 6 })
    expect(fleet.catalog.ids()).toHaveLength(10)
    expect(await fleet.reconcile()).toMatchObject({ removed: 6, held: 0 })
  })

  it('lets no two rounds agree between which a third saw nothing amiss', async () => {
    const fleet = await settledFleetOf(1, 10)
    const hide = () => {
      const hidden = runningOf(fleet)
        .slice(0, 6)
        .map((id) => fleet.instances.get(id))
      for (const each of hidden) fleet.instances.delete(each?.id ?? '')
      return () =>
        hidden.forEach((each) => {
          if (each) fleet.instances.set(each.id, each)
        })
    }
    const show = hide()
    expect(await fleet.reconcile()).toMatchObject({ removed: 0, held: 6 })
    show()
    await fleet.reconcile()
    hide()
    expect(await fleet.reconcile()).toMatchObject({ removed: 0, held: 6 })
    expect(fleet.catalog.ids()).toHaveLength(10)
  })

  it('goes on registering, and removes nothing above the cap, while held removals cannot be kept', async () => {
    const fleet = await settledFleetOf(1, 10)
    for (const id of runningOf(fleet).slice(0, 6)) fleet.instances.delete(id)
    const late = fleet.service()
    fleet.broken.add('held')
    const report = await fleet.reconcile()
    expect(report).toMatchObject({ registered: 1, removed: 0, held: 6 })
    expect(report.problems).toEqual([expect.stringContaining('held removals')])
    expect(fleet.catalog.found('web')).toContain(late.id)
  })

  it('removes what is below the cap although held removals cannot be kept, and says so', async () => {
    const fleet = await settledFleetOf(1, 10)
    fleet.instances.delete(runningOf(fleet)[0] ?? '')
    fleet.broken.add('held')
    const report = await fleet.reconcile()
    expect(report).toMatchObject({ removed: 1, held: 0, problems: [expect.stringContaining('held')] })
  })

  it.each<[string, (fleet: ModelFleet, id: string) => void]>([
    ['that EC2 does not show yet', (fleet, id) => void fleet.instances.delete(id)],
    [
      'whose tags EC2 does not show yet',
      (fleet, id) => {
        const instance = fleet.instances.get(id)
        if (instance) instance.tags = {}
      },
    ],
  ])(
    'keeps a fresh registration of an instance %s, and removes it after its probation',
    async (_what, hide) => {
      const fleet = await fleetOf(1, 4)
      hide(fleet, runningOf(fleet)[0] ?? '')
      expect(await fleet.reconcile()).toMatchObject({ removed: 0 })
      expect(fleet.catalog.ids()).toHaveLength(4)
      fleet.later(PROBATION_SECONDS)
      expect(await fleet.reconcile()).toMatchObject({ removed: 1 })
    },
  )

  it('keeps an instance that was launched and registered after it had read the fleet', async () => {
    const fleet = await fleetOf(1, 1)
    fleet.service()
    const { all } = fleet.ec2
    fleet.ec2.all = async () => {
      const seen = await all.call(fleet.ec2)
      const late = fleet.service()
      await fleet.deliver(stateChange(late, 'running'))
      return seen
    }
    expect(await fleet.reconcile()).toMatchObject({ registered: 1, removed: 0 })
    expect(fleet.catalog.ids()).toHaveLength(3)
  })

  it('keeps an entry that is newer than its own look at the stopped instance', async () => {
    const fleet = await fleetOf(1, 1)
    const [instance] = servicesOf(fleet)
    if (instance) fleet.set(instance, 'stopped')
    const entry = [...(fleet.catalog.agents.get(fleet.servers[0]?.address ?? '')?.entries.values() ?? [])][0]
    if (entry) entry.meta.registered = new Date(fleet.now.getTime() + 61_000).toISOString()
    expect(await fleet.reconcile()).toMatchObject({ removed: 0 })
    expect(await fleet.reconcile()).toMatchObject({ removed: 1 })
  })

  it('brings nothing back from hold that has reappeared in between', async () => {
    const fleet = await settledFleetOf(1, 10)
    const hidden = runningOf(fleet)
      .slice(0, 6)
      .map((id) => fleet.instances.get(id))
    for (const each of hidden) fleet.instances.delete(each?.id ?? '')
    await fleet.reconcile()
    for (const each of hidden) if (each) fleet.instances.set(each.id, each)
    expect(await fleet.reconcile()).toMatchObject({ removed: 0, registered: 0 })
    expect(fleet.catalog.ids()).toHaveLength(10)
  })

  it('removes nothing when it wakes up and EC2 shows it the servers alone', async () => {
    const fleet = await settledFleetOf(2, 10)
    const before = fleet.catalog.ids().sort()
    for (const id of runningOf(fleet)) fleet.instances.delete(id)
    expect(await fleet.reconcile()).toMatchObject({ removed: 0, held: 10 })
    expect(fleet.catalog.ids().sort()).toEqual(before)
  })

  it('makes one entry of an instance that two rounds register at once, and the next round writes nothing', async () => {
    const fleet = await fleetOf(2, 0)
    const instance = fleet.service()
    await Promise.all([
      fleet.reconcile(),
      fleet.deliver(stateChange(instance, 'running')),
      fleet.deliver(stateChange(instance, 'running')),
    ])
    expect(fleet.catalog.ids()).toEqual([`${instance.id}@${owner(instance.id, fleet.servers)?.instanceId}`])
    const writes = fleet.catalog.writes.length
    await fleet.reconcile()
    expect(fleet.catalog.writes.length).toBe(writes)
  })

  it('removes in the next round what a slow round registered after the instance had gone', async () => {
    const fleet = await fleetOf(1, 0)
    const instance = fleet.service()
    const { register } = fleet.catalog
    fleet.catalog.register = async (...args) => {
      fleet.catalog.register = register
      fleet.set(instance, 'terminated')
      await fleet.deliver(stateChange(instance, 'terminated'))
      await register.apply(fleet.catalog, args)
    }
    await fleet.reconcile()
    expect(fleet.catalog.ids()).toHaveLength(1)
    expect(await fleet.reconcile()).toMatchObject({ removed: 1 })
  })

  it('touches no entry that it did not make', async () => {
    const fleet = await fleetOf(1, 1)
    const [server] = fleet.servers
    const foreign = { Name: 'theirs', Address: '10.0.0.1', Port: 1 }
    if (server) {
      await fleet.catalog.register(server, { registration: { ...foreign, ID: 'theirs', Meta: {} } })
      const other = { 'external-source': 'nanofleet', 'instance-id': 'i-0ff', stage: 'other' }
      await fleet.catalog.register(server, { registration: { ...foreign, ID: 'other-stage', Meta: other } })
    }
    await fleet.reconcile()
    await fleet.reconcile()
    expect(fleet.catalog.ids().map((id) => id.split('@')[0])).toEqual(
      expect.arrayContaining(['theirs', 'other-stage']),
    )
  })
})
