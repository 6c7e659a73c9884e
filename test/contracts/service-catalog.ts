import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  type CatalogEntry,
  type ConsulServer,
  passingInstances,
  type Registration,
  type ServiceCatalog,
} from '../../core/base/catalog.ts'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import { owner } from '../../core/registration/owner.ts'

/** A catalog on at least one server that nobody else writes to. */
export interface CatalogUnderTest {
  catalog: ServiceCatalog
  servers: ConsulServer[]
  stop(): Promise<void>
}

const registration = (id: string, more: Partial<Registration> = {}): Registration => ({
  ID: id,
  Name: 'web',
  Address: '127.0.0.9',
  Port: 8080,
  Tags: ['blue'],
  Meta: { 'external-source': 'nanofleet', 'instance-id': id, stage: 'test' },
  ...more,
})

/** What every implementation of `ServiceCatalog` does. */
export function catalogContract(name: string, start: () => Promise<CatalogUnderTest>): void {
  describe(`the catalog ${name}`, () => {
    let under: CatalogUnderTest
    let catalog: ServiceCatalog
    let server: ConsulServer
    beforeAll(async () => {
      under = await start()
      catalog = under.catalog
      server = under.servers[0] as ConsulServer
    }, 40_000)
    afterAll(() => under?.stop(), 20_000)

    const entry = async (id: string): Promise<CatalogEntry | undefined> =>
      (await catalog.listing(server)).entries.find((each) => each.id === id)
    const eventually = async (check: () => Promise<boolean>): Promise<void> => {
      for (let attempt = 0; attempt < 50; attempt++) {
        if (await check()) return
        await sleep(100)
      }
      throw new Error('it did not happen within 5 s')
    }

    it('lists what was registered, as it was registered', async () => {
      await catalog.register(server, { registration: registration('i-1') })
      expect(await entry('i-1')).toEqual({
        id: 'i-1',
        service: 'web',
        instanceId: 'i-1',
        address: '127.0.0.9',
        port: 8080,
        tags: ['blue'],
        meta: { 'external-source': 'nanofleet', 'instance-id': 'i-1', stage: 'test' },
        nodeAddress: server.address,
        status: 'passing',
        unchecked: true,
      })
    })

    it('lists only the requested instances, each with all of its services', async () => {
      const two = { 'instance-id': 'i-2' }
      await catalog.register(server, { registration: registration('i-2:a', { Name: 'a', Meta: two }) })
      await catalog.register(server, { registration: registration('i-2:b', { Name: 'b', Meta: two }) })
      await catalog.register(server, { registration: registration('i-20') })
      await catalog.register(server, { registration: registration('somebody-elses', { Meta: {} }) })
      const ids = (await catalog.listing(server, { instanceIds: ['i-2', 'i-404'] })).entries.map(
        (each) => each.id,
      )
      expect(ids.sort()).toEqual(['i-2:a', 'i-2:b'])
      expect((await catalog.listing(server, { instanceIds: [] })).entries).toEqual([])
    })

    it('replaces a registration with the same id, including its checks', async () => {
      await catalog.register(server, {
        registration: registration('i-3', { Checks: [{ TTL: '60s', CheckID: 'i-3:old' }] }),
      })
      expect((await entry('i-3'))?.status).toBe('critical')
      await catalog.register(server, { registration: registration('i-3', { Port: 9090, Tags: [] }) })
      expect(await entry('i-3')).toMatchObject({ port: 9090, tags: [], status: 'passing' })
    })

    it('registers instances that no server knows at their owners, and shows what was there before', async () => {
      const ids = ['i-21', 'i-22', 'i-23', 'i-24']
      const arrivals = ids.map((instanceId) => ({ instanceId, registration: registration(instanceId) }))
      const { servers } = under
      const welcome = await catalog.registerNew(server, { servers, instanceIds: ids, arrivals })
      expect(welcome).toMatchObject({ failed: [], problems: [], cluster: { stranded: [] } })
      expect(welcome.cluster?.leader).toMatch(/:8300$/)
      expect(welcome.listings.map((listing) => listing.entries)).toEqual(servers.map(() => []))
      const at = new Map(welcome.registered.map((each) => [each.id, each.server.address]))
      expect(at).toEqual(new Map(ids.map((id) => [id, owner(id, servers)?.address])))
      for (const each of servers) {
        const { entries } = await catalog.listing(each, { instanceIds: ids })
        for (const { id, nodeAddress } of entries) expect(at.get(id)).toBe(nodeAddress)
      }
    })

    it('leaves alone, when it registers what is new, an instance of which any server holds an entry', async () => {
      const { servers } = under
      const last = servers.at(-1) as ConsulServer
      const ids = ['i-31', 'i-32', 'i-33']
      for (const id of ids) await catalog.register(last, { registration: registration(id, { Port: 1 }) })
      const arrivals = [...ids, 'i-34'].map((instanceId) => ({
        instanceId,
        registration: registration(instanceId),
      }))
      const instanceIds = [...ids, 'i-34']
      const welcome = await catalog.registerNew(server, { servers, instanceIds, arrivals })
      expect(welcome.registered.map(({ id }) => id)).toEqual(['i-34'])
      const shown = welcome.listings.flatMap((listing) => listing.entries)
      expect(shown.map(({ id, port }) => `${id} ${port}`).sort()).toEqual(ids.map((id) => `${id} 1`))
    })

    it('registers what is new while a server does not answer that gossip does not know', async () => {
      const nobody = { instanceId: 'i-0dead', address: server.address.replace(/\d+$/, '250') }
      const arrivals = [{ instanceId: 'i-41', registration: registration('i-41') }]
      const servers = [nobody, ...under.servers]
      const welcome = await catalog.registerNew(nobody, { servers, instanceIds: ['i-41'], arrivals })
      expect(welcome.problems).toEqual([expect.stringContaining(nobody.address)])
      expect(welcome.registered.map(({ id }) => id)).toEqual(['i-41'])
    })

    it('removes an entry, and again without an error', async () => {
      await catalog.register(server, { registration: registration('i-4') })
      await catalog.deregister(server, { id: 'i-4' })
      await catalog.deregister(server, { id: 'i-4' })
      expect(await entry('i-4')).toBeUndefined()
    })

    it('makes an entry unhealthy by maintenance and healthy again', async () => {
      await catalog.register(server, { registration: registration('i-5', { Name: 'five' }) })
      await catalog.maintenance(server, { id: 'i-5', reason: 'its group terminates it' })
      expect((await entry('i-5'))?.status).toBe('maintenance')
      await eventually(
        async () =>
          passingInstances((await catalog.health(server, { services: ['five'] })).five ?? []).size === 0,
      )
      await catalog.maintenance(server, { id: 'i-5', reason: null })
      expect((await entry('i-5'))?.status).toBe('passing')
    })

    it('keeps the reason for maintenance until another one replaces it', async () => {
      await catalog.register(server, { registration: registration('i-10', { Name: 'ten' }) })
      expect(await entry('i-10')).not.toHaveProperty('reason')
      await catalog.maintenance(server, { id: 'i-10', reason: 'for a while' })
      await catalog.maintenance(server, { id: 'i-10', reason: 'a second one' })
      expect(await entry('i-10')).toMatchObject({ status: 'maintenance', reason: 'for a while' })
      await catalog.maintenance(server, { id: 'i-10', reason: 'for good', instead: true })
      expect(await entry('i-10')).toMatchObject({ status: 'maintenance', reason: 'for good' })
      await eventually(async () => {
        const { ten = [] } = await catalog.health(server, { services: ['ten'] })
        return ten[0]?.reason === 'for good'
      })
      await catalog.maintenance(server, { id: 'i-10', reason: null })
      expect(await entry('i-10')).not.toHaveProperty('reason')
    })

    it('starts an entry that is registered asleep in maintenance, even if it replaces a passing one', async () => {
      for (const port of [1, 2]) {
        await catalog.register(server, {
          registration: registration('i-9', { Name: 'nine', Port: port }),
          asleep: 'told to go',
        })
        expect(await entry('i-9')).toMatchObject({ port, status: 'maintenance', reason: 'told to go' })
        await catalog.maintenance(server, { id: 'i-9', reason: 'its group terminates it' })
        await catalog.maintenance(server, { id: 'i-9', reason: null })
        expect((await entry('i-9'))?.status).toBe('passing')
      }
    })

    it('accepts maintenance of an entry that does not exist', async () => {
      await catalog.maintenance(server, { id: 'i-404', reason: 'gone' })
      expect(await entry('i-404')).toBeUndefined()
    })

    it('returns the health of several services, and nothing for one that was never registered', async () => {
      await catalog.register(server, { registration: registration('i-6', { Name: 'six' }) })
      await catalog.register(server, {
        registration: registration('i-7', { Name: 'six', Checks: [{ TTL: '60s' }] }),
      })
      await eventually(async () => (await catalog.health(server, { services: ['six'] })).six?.length === 2)
      const health = await catalog.health(server, { services: ['six', 'nobody'] })
      expect([...passingInstances(health.six ?? [])]).toEqual(['i-6'])
      expect(health.six?.find(({ id }) => id === 'i-6')?.unchecked).toBe(true)
      expect(health.six?.find(({ id }) => id === 'i-7')?.unchecked).toBeUndefined()
      expect(health.nobody).toEqual([])
    })

    it('knows its leader and every server as alive, with nothing stranded', async () => {
      const view = await catalog.cluster(server)
      expect(view.leader).toMatch(/:8300$/)
      expect(
        view.nodes
          .filter((node) => node.alive)
          .map((node) => node.address)
          .sort(),
      ).toEqual(under.servers.map((each) => each.address).sort())
      expect(view.stranded).toEqual([])
    })

    it('shows the entries of servers that do not speak for themselves', async () => {
      await catalog.register(server, { registration: registration('i-8') })
      const doubted = async (present?: string[]) =>
        (await catalog.cluster(server, { present })).doubted.map(
          ({ id, nodeAddress }) => `${id} ${nodeAddress}`,
        )
      await eventually(async () => (await doubted([])).includes(`i-8 ${server.address}`))
      expect(await doubted(under.servers.map(({ address }) => address))).toEqual([])
      expect(await doubted()).toEqual([])
    })

    it('forgets an entry of a node that does not exist without an error', async () => {
      await catalog.forget(server, { node: 'no-such-node', id: 'i-404' })
    })

    it('rejects with the address of a server that does not answer', async () => {
      const nobody = { instanceId: 'i-0dead', address: server.address.replace(/\d+$/, '250') }
      await expect(catalog.listing(nobody)).rejects.toThrow(nobody.address)
      await expect(catalog.register(nobody, { registration: registration('i-9') })).rejects.toThrow(
        nobody.address,
      )
    })

    it('distinguishes a refusal from a server that does not answer', async () => {
      const nobody = { instanceId: 'i-0dead', address: server.address.replace(/\d+$/, '250') }
      const away = await catalog.listing(nobody).catch((error: Error) => error)
      expect(away).toBeInstanceOf(ServiceFailure)
      expect(away).not.toBeInstanceOf(ServiceRefusal)
      await expect(
        catalog.register(server, { registration: { ...registration('i-10'), Name: '' } }),
      ).rejects.toThrow(ServiceRefusal)
    })
  })
}
