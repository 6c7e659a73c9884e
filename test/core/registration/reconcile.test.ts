import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { PROBATION_SECONDS } from '../../../core/registration/difference.ts'
import { owner } from '../../../core/registration/owner.ts'
import { fleetOf, ModelFleet, stateChange } from '../../model/model-fleet.ts'

/** Nobody is on probation any more. */
const settledFleetOf = async (servers: number, services: number): Promise<ModelFleet> => {
  const fleet = await fleetOf(servers, services)
  fleet.later(PROBATION_SECONDS)
  return fleet
}
const services = (fleet: ModelFleet) =>
  [...fleet.instances.values()].filter((each) => each.tags.consulcloud === 'service')
const running = (fleet: ModelFleet) =>
  services(fleet)
    .filter((each) => each.state === 'running')
    .map((each) => each.id)

describe('a round over the fleet', () => {
  it('registers every running instance on its owner, once', async () => {
    const fleet = await fleetOf(3, 20)
    const expected = services(fleet).map((each) => `${each.id}@${owner(each.id, fleet.servers)?.instanceId}`)
    expect(fleet.catalog.ids().sort()).toEqual(expected.sort())
  })

  it('writes nothing when nothing changed, so that no watcher wakes', async () => {
    const fleet = await fleetOf(3, 20)
    const before = fleet.catalog.writes.length
    expect(await fleet.reconcile()).toMatchObject({ registered: 0, removed: 0, maintained: 0 })
    expect(fleet.catalog.writes.length).toBe(before)
  })

  it('reads EC2 once for the fleet and asks no more when every entry has its instance', async () => {
    const fleet = await fleetOf(3, 20)
    fleet.looks.length = 0
    await fleet.reconcile()
    expect(fleet.looks).toEqual(['all'])
  })

  it('does nothing when no Consul server runs', async () => {
    const fleet = new ModelFleet()
    fleet.service()
    expect(await fleet.reconcile()).toMatchObject({ servers: 0, registered: 0, problems: [] })
    expect(fleet.looks).toEqual(['all'])
  })

  it('removes stale entries: instances whose termination nobody heard of', async () => {
    const fleet = await fleetOf(1, 4)
    const [gone] = services(fleet)
    fleet.set(gone as { id: string }, 'terminated')
    expect(await fleet.reconcile()).toMatchObject({ removed: 1 })
    expect(fleet.catalog.found('web').sort()).toEqual(running(fleet).sort())
  })

  it('removes the second entry of an instance that stands on two servers', async () => {
    const fleet = await fleetOf(3, 1)
    const [instance] = services(fleet)
    const home = owner(instance?.id ?? '', fleet.servers)
    const other = fleet.servers.find((each) => each.instanceId !== home?.instanceId) as ConsulServer
    const entry = [...(fleet.catalog.agents.get(home?.address ?? '')?.entries.values() ?? [])][0]
    if (entry)
      fleet.catalog.agents.get(other.address)?.entries.set(entry.id, { ...entry, nodeAddress: other.address })
    await fleet.reconcile()
    expect(fleet.catalog.ids()).toEqual([`${instance?.id}@${home?.instanceId}`])
  })

  it('moves the registrations of a dead server and forgets what it left', async () => {
    const fleet = await fleetOf(3, 12)
    fleet.lose(fleet.servers[0] as ConsulServer)
    await fleet.reconcile()
    expect(fleet.catalog.found('web').sort()).toEqual(running(fleet).sort())
    expect(fleet.catalog.ids()).toHaveLength(12)
  })

  it('removes at once what stands on another server under a name that the definition has no more', async () => {
    const fleet = await fleetOf(2, 10)
    fleet.server()
    for (const each of services(fleet)) each.tags.consulserviceconfig = '/nanofleet/test/web/other/consul'
    fleet.parameters.set(
      '/nanofleet/test/web/other/consul',
      '{"name":"other","port":80,"check":{"http":"http://HEALTHROUTE/","interval":"1s"}}',
    )
    await fleet.reconcile()
    expect(fleet.catalog.found('web')).toEqual([])
    expect(fleet.catalog.ids()).toHaveLength(10)
  })

  it('registers at the new owner before it removes at the old one', async () => {
    const fleet = await fleetOf(2, 10)
    const before = fleet.catalog.writes.length
    fleet.server()
    await fleet.reconcile()
    for (const write of fleet.catalog.writes.slice(before).filter((each) => each.startsWith('deregister'))) {
      const id = write.split(/[ @]/)[1]
      const writes = fleet.catalog.writes.slice(before)
      expect(writes.findIndex((each) => each.startsWith(`register ${id}@`))).toBeLessThan(
        writes.indexOf(write),
      )
    }
    expect(fleet.catalog.ids()).toHaveLength(10)
  })

  it('keeps the entry at the old server when the new owner refuses it', async () => {
    const fleet = await fleetOf(2, 10)
    const late = fleet.server()
    fleet.catalog.fault = (verb, server) =>
      verb === 'register' && server.address === late.address ? new ServiceFailure('refused') : undefined
    const report = await fleet.reconcile()
    expect(report.failed.length).toBeGreaterThan(0)
    expect(fleet.catalog.found('web').sort()).toEqual(running(fleet).sort())
  })

  it('keeps the passing entry at the old server until the catalog shows the new one passing', async () => {
    const fleet = await fleetOf(1, 1)
    const [instance] = services(fleet)
    const home = fleet.servers[0] as ConsulServer
    let late = fleet.server()
    while (owner(instance?.id ?? '', fleet.servers)?.address !== late.address) late = fleet.server()
    fleet.catalog.settling.add(late.address)
    await fleet.reconcile()
    expect(fleet.catalog.found('web')).toEqual([instance?.id])
    expect(fleet.catalog.ids().sort()).toEqual(
      [`${instance?.id}@${home.instanceId}`, `${instance?.id}@${late.instanceId}`].sort(),
    )
    fleet.catalog.settling.clear()
    await fleet.reconcile()
    expect(fleet.catalog.ids()).toEqual([`${instance?.id}@${late.instanceId}`])
  })

  it('keeps an instance in maintenance out of DNS while its registration moves', async () => {
    const fleet = await fleetOf(2, 6)
    const lost = fleet.servers[0] as ConsulServer
    const moved = [...(fleet.catalog.agents.get(lost.address)?.entries.keys() ?? [])][0] ?? ''
    await fleet.catalog.maintenance(lost, moved, 'its group terminates it')
    fleet.lose(lost)
    await fleet.reconcile()
    expect(fleet.catalog.found('web')).not.toContain(moved)
    expect(fleet.catalog.ids()).toHaveLength(6)
  })

  it('builds the catalog again when all servers were lost at once', async () => {
    const fleet = await fleetOf(3, 9)
    for (const server of fleet.servers) fleet.lose(server)
    fleet.catalog.agents.clear()
    for (let index = 0; index < 3; index++) fleet.server()
    await fleet.reconcile()
    expect(fleet.catalog.found('web').sort()).toEqual(running(fleet).sort())
  })

  it('gives every service its first entry before any gets its second', async () => {
    const fleet = await fleetOf(1, 5)
    for (const id of ['a', 'b', 'c']) {
      const parameter = `/nanofleet/test/${id}/${id}/consul`
      fleet.parameters.set(parameter, JSON.stringify({ name: id, port: 80 }))
      fleet.service(parameter)
    }
    fleet.catalog.agents.clear()
    for (const server of fleet.servers) fleet.catalog.join(server)
    const before = fleet.catalog.writes.length
    await fleet.reconcile()
    const names = fleet.catalog.writes.slice(before, before + 4).map((write) => {
      const id = write.split(/[ @]/)[1] ?? ''
      return fleet.instances.get(id)?.tags.consulserviceconfig?.split('/')[3]
    })
    expect(names.sort()).toEqual(['a', 'b', 'c', 'web'])
  })

  it('keeps the entry under its old id until the one under its new id passes', async () => {
    const fleet = await fleetOf(1, 1)
    const [instance] = services(fleet)
    const check = { http: 'http://HEALTHROUTE/', interval: '1s' }
    fleet.parameters.set(
      '/nanofleet/test/web/web/consul',
      JSON.stringify([
        { name: 'web', port: 80, check },
        { name: 'admin', port: 82 },
      ]),
    )
    await fleet.reconcile()
    expect(fleet.catalog.found('web')).toEqual([instance?.id])
    fleet.catalog.pass()
    await fleet.reconcile()
    expect(fleet.catalog.ids().map((id) => id.split('@')[0])).toEqual([
      `${instance?.id}:web`,
      `${instance?.id}:admin`,
    ])
    expect(fleet.catalog.found('web')).toEqual([instance?.id])
  })

  it('registers a changed definition and removes the service that it dropped', async () => {
    const fleet = await fleetOf(1, 2)
    fleet.parameters.set(
      '/nanofleet/test/web/web/consul',
      JSON.stringify([
        { name: 'web', port: 81 },
        { name: 'admin', port: 82 },
      ]),
    )
    await fleet.reconcile()
    expect(fleet.catalog.ids().filter((id) => id.includes(':admin@'))).toHaveLength(2)
    fleet.parameters.set('/nanofleet/test/web/web/consul', JSON.stringify({ name: 'web', port: 81 }))
    await fleet.reconcile()
    expect(fleet.catalog.ids().every((id) => !id.includes(':'))).toBe(true)
    expect(fleet.catalog.ids()).toHaveLength(2)
  })
})

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
    fleet.instances.delete(running(fleet)[0] ?? '')
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
    for (const id of running(fleet).slice(0, 6)) fleet.instances.delete(id)
    expect(await fleet.reconcile()).toMatchObject({ removed: 0, held: 6 })
    expect(fleet.catalog.ids()).toHaveLength(10)
    expect(await fleet.reconcile()).toMatchObject({ removed: 6, held: 0 })
  })

  it('lets no two rounds agree between which a third saw nothing amiss', async () => {
    const fleet = await settledFleetOf(1, 10)
    const hide = () => {
      const hidden = running(fleet)
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
    for (const id of running(fleet).slice(0, 6)) fleet.instances.delete(id)
    const late = fleet.service()
    fleet.broken.add('held')
    const report = await fleet.reconcile()
    expect(report).toMatchObject({ registered: 1, removed: 0, held: 6 })
    expect(report.problems).toEqual([expect.stringContaining('held removals')])
    expect(fleet.catalog.found('web')).toContain(late.id)
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
      hide(fleet, running(fleet)[0] ?? '')
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
    const [instance] = services(fleet)
    if (instance) fleet.set(instance, 'stopped')
    const entry = [...(fleet.catalog.agents.get(fleet.servers[0]?.address ?? '')?.entries.values() ?? [])][0]
    if (entry) entry.meta.registered = new Date(fleet.now.getTime() + 61_000).toISOString()
    expect(await fleet.reconcile()).toMatchObject({ removed: 0 })
    expect(await fleet.reconcile()).toMatchObject({ removed: 1 })
  })

  it('brings nothing back from hold that has reappeared in between', async () => {
    const fleet = await settledFleetOf(1, 10)
    const hidden = running(fleet)
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
    for (const id of running(fleet)) fleet.instances.delete(id)
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
      await fleet.catalog.register(server, { ...foreign, ID: 'theirs', Meta: {} })
      const other = { 'external-source': 'nanofleet', 'instance-id': 'i-0ff', stage: 'other' }
      await fleet.catalog.register(server, { ...foreign, ID: 'other-stage', Meta: other })
    }
    await fleet.reconcile()
    await fleet.reconcile()
    expect(fleet.catalog.ids().map((id) => id.split('@')[0])).toEqual(
      expect.arrayContaining(['theirs', 'other-stage']),
    )
  })
})
