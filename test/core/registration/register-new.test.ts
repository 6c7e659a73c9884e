import { describe, expect, it } from '@jest/globals'
import { ConsulDoor } from '../../../adapters/consul/door.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { isService } from '../../../core/base/instances.ts'
import { answerCalls, type DoorRequest } from '../../../core/registration/door.ts'
import { owner } from '../../../core/registration/owner.ts'
import { fleetOf, type ModelFleet, stateChange } from '../../model/model-fleet.ts'
import { FakeCatalog } from '../../support/fake-catalog.ts'

const servers = [1, 2, 3].map((index) => ({ instanceId: `i-0c${index}`, address: `10.77.0.1${index}` }))
const [first] = servers as [(typeof servers)[0]]
const ids = Array.from({ length: 12 }, (_, index) => `i-${index}`)
const registration = (id: string) => ({
  ID: id,
  Name: 'web',
  Address: '10.77.0.20',
  Meta: { 'instance-id': id },
})
const arrivals = ids.map((id) => ({ instanceId: id, registration: registration(id) }))
const among = { servers, instanceIds: ids, arrivals }

describe('registration of what is new', () => {
  it('registers nobody while there is no leader', async () => {
    const catalog = new FakeCatalog(servers)
    catalog.leader = false
    expect(await catalog.registerNew(first, among)).toMatchObject({ cluster: null, registered: [] })
    expect(catalog.writes).toEqual([])
  })

  it('lets wait whose owner does not answer and lives, whichever server is asked first', async () => {
    for (const asked of servers) {
      const catalog = new FakeCatalog(servers)
      catalog.kill(first)
      const { registered, listings } = await catalog.registerNew(asked, among)
      expect(listings.map(({ server }) => server.instanceId).sort()).toEqual(['i-0c2', 'i-0c3'])
      const others = ids.filter((id) => owner(id, servers)?.address !== first.address)
      expect(registered.map(({ id }) => id).sort()).toEqual(others.sort())
      expect(others.length).toBeLessThan(ids.length)
    }
  })

  it('leaves alone who has an entry on a server that is dead', async () => {
    const catalog = new FakeCatalog(servers)
    await catalog.register(first, { registration: registration('i-1') })
    catalog.kill(first)
    catalog.bury(first)
    const { registered, cluster } = await catalog.registerNew(servers[1] ?? first, among)
    expect(registered).toHaveLength(ids.length - 1)
    expect(registered.map(({ id }) => id)).not.toContain('i-1')
    expect(cluster?.stranded.map(({ id }) => id)).toEqual(['i-1'])
  })

  it('tells which registration failed, and carries out the others', async () => {
    const catalog = new FakeCatalog(servers)
    catalog.fault = (verb, _server, id) =>
      verb === 'register' && id === 'i-2' ? new ServiceFailure('no') : undefined
    const { registered, failed } = await catalog.registerNew(first, among)
    expect(failed).toEqual([{ id: 'i-2', server: owner('i-2', servers), problem: 'no' }])
    expect(registered).toHaveLength(ids.length - 1)
  })
})

describe('a batch', () => {
  /** The fleet behind the door, and what each message of it called. */
  const behindDoor = (fleet: ModelFleet): string[][] => {
    const messages: string[][] = []
    fleet.other = new ConsulDoor((request: DoorRequest) => {
      messages.push(request.calls.map(({ verb }) => verb))
      return answerCalls(fleet.catalog, request, '0.0.0.0/0')
    })
    return messages
  }

  it('of instances that start goes through the door once, and so it does when it comes again', async () => {
    const fleet = await fleetOf(3, 0)
    const started = [fleet.service(), fleet.service()]
    const messages = behindDoor(fleet)
    const events = started.map((each) => stateChange(each, 'running'))
    expect(await fleet.deliver(...events)).toMatchObject({
      report: { registered: 2, waiting: [], failed: [] },
    })
    expect(await fleet.deliver(...events)).toMatchObject({ report: { registered: 0, drift: 0 } })
    expect(messages).toEqual([['registerNew'], ['registerNew']])
    expect(fleet.catalog.writes).toHaveLength(2)
  })

  it('in which something goes takes that out first', async () => {
    const fleet = await fleetOf(3, 1)
    const gone = [...fleet.instances.values()].find(isService)
    if (!gone) throw new Error('no instance')
    const started = fleet.service()
    fleet.set(gone, 'shutting-down')
    const messages = behindDoor(fleet)
    await fleet.deliver(stateChange(started, 'running'), stateChange(gone, 'shutting-down'))
    expect(messages.flat()).not.toContain('registerNew')
    expect(fleet.catalog.writes.slice(-2).map((write) => write.split('@')[0])).toEqual([
      `deregister ${gone.id}`,
      `register ${started.id}`,
    ])
  })

  it('whose message got lost is looked at again', async () => {
    const fleet = await fleetOf(3, 0)
    const started = fleet.service()
    fleet.other = new ConsulDoor(() => Promise.reject(new Error('Rate Exceeded.')))
    const { report } = await fleet.deliver(stateChange(started, 'running'))
    expect(report).toMatchObject({ registered: 0, waiting: [started.id] })
    fleet.other = undefined
    expect(await fleet.deliverLater()).toMatchObject({ report: { registered: 1 } })
  })
})
