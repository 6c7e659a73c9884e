import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { owner } from '../../../core/registration/owner.ts'
import { fleetOf, ModelFleet, runningOf, servicesOf } from '../../model/model-fleet.ts'

describe('a round over the fleet', () => {
  it('registers every running instance on its owner, once', async () => {
    const fleet = await fleetOf(3, 20)
    const expected = servicesOf(fleet).map(
      (each) => `${each.id}@${owner(each.id, fleet.servers)?.instanceId}`,
    )
    expect(fleet.catalog.ids().sort()).toEqual(expected.sort())
  })

  it('writes nothing when nothing changed, so that no watcher wakes', async () => {
    const fleet = await fleetOf(3, 20)
    const before = fleet.catalog.writes.length
    const report = await fleet.reconcile()
    expect(report).toMatchObject({ registered: 0, removed: 0, maintained: 0, held: 0 })
    expect(report.problems).toHaveLength(0)
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
    const [gone] = servicesOf(fleet)
    fleet.set(gone as { id: string }, 'terminated')
    expect(await fleet.reconcile()).toMatchObject({ removed: 1 })
    expect(fleet.catalog.found('web').sort()).toEqual(runningOf(fleet).sort())
  })

  it('removes the second entry of an instance that stands on two servers', async () => {
    const fleet = await fleetOf(3, 1)
    const [instance] = servicesOf(fleet)
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
    expect(fleet.catalog.found('web').sort()).toEqual(runningOf(fleet).sort())
    expect(fleet.catalog.ids()).toHaveLength(12)
  })

  it('removes at once what stands on another server under a name that the definition has no more', async () => {
    const fleet = await fleetOf(2, 10)
    fleet.server()
    for (const each of servicesOf(fleet)) each.tags.consulserviceconfig = '/nanofleet/test/web/other/consul'
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
    expect(fleet.catalog.found('web').sort()).toEqual(runningOf(fleet).sort())
  })

  it('keeps the passing entry at the old server until the catalog shows the new one passing', async () => {
    const fleet = await fleetOf(1, 1)
    const [instance] = servicesOf(fleet)
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
    await fleet.catalog.maintenance(lost, { id: moved, reason: 'its group terminates it' })
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
    expect(fleet.catalog.found('web').sort()).toEqual(runningOf(fleet).sort())
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
    const [instance] = servicesOf(fleet)
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
