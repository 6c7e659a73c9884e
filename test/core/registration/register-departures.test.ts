import { describe, expect, it } from '@jest/globals'
import { serversOnly, stateChange, terminating } from '../../model/model-fleet.ts'

describe('a Consul server that its group terminates', () => {
  const fleetWithEntries = async () => {
    const fleet = serversOnly(3)
    for (let index = 0; index < 12; index++) fleet.service()
    await fleet.reconcile()
    const [server] = fleet.servers
    if (!server) throw new Error('no server')
    const held = () => fleet.catalog.ids().filter((id) => id.endsWith(`@${server.instanceId}`))
    return { fleet, leaving: terminating({ id: server.instanceId }), held, id: server.instanceId }
  }

  it('stays until its entries stand elsewhere, and they are found all the time', async () => {
    const { fleet, leaving, held, id } = await fleetWithEntries()
    const found = fleet.catalog.found('web').sort()
    expect(held().length).toBeGreaterThan(0)
    await fleet.deliver(leaving)
    expect(fleet.going).toEqual([id])
    expect(fleet.completed).toEqual([])
    await fleet.reconcile(fleet.going)
    expect(held()).toEqual([])
    expect([...new Set(fleet.catalog.found('web'))].sort()).toEqual(found)
    await fleet.deliverLater()
    expect(fleet.completed).toHaveLength(1)
  })

  it('goes in the end although its entries do not move', async () => {
    const { fleet, leaving } = await fleetWithEntries()
    await fleet.deliver(leaving)
    const seconds: number[] = []
    while (fleet.completed.length === 0) {
      seconds.push(...fleet.sent.map(({ delaySeconds }) => delaySeconds))
      await fleet.deliverLater()
    }
    expect(seconds).toEqual([1, 1, 2, 2, 3, 4, 5, 6, 6])
  })

  it('stays as it is for as long as the load balancer may send it new flows', async () => {
    const { fleet, leaving, held, id } = await fleetWithEntries()
    fleet.serverDrainSeconds = 150
    const before = held()
    await fleet.deliver(leaving)
    expect(fleet.sent.map(({ delaySeconds }) => delaySeconds)).toEqual([150])
    expect(fleet.reconcileRequests).toBe(0)
    await fleet.reconcile(fleet.going)
    expect(held()).toEqual(before)
    await fleet.deliverLater()
    expect(fleet.going).toEqual([id])
    await fleet.reconcile(fleet.going)
    await fleet.deliverLater()
    expect(fleet.completed).toHaveLength(1)
  })

  it('goes without 16 messages that lead to each other, where Lambda would stop them', async () => {
    const { fleet, leaving } = await fleetWithEntries()
    fleet.serverDrainSeconds = 1
    await fleet.deliver(leaving)
    let invocations = 1
    for (; fleet.completed.length === 0; invocations++) await fleet.deliverLater()
    expect(invocations).toBeLessThan(16)
  })

  it('is not told to go by an event about its state', async () => {
    const fleet = serversOnly(2)
    fleet.serverDrainSeconds = 150
    await fleet.deliver(stateChange({ id: fleet.servers[0]?.instanceId ?? '' }, 'running'))
    expect(fleet.sent).toEqual([])
  })

  it('does not wait for a drain, as a service does that goes at the same time', async () => {
    const fleet = serversOnly(3)
    const instance = fleet.service()
    await fleet.reconcile()
    const held = fleet.catalog.ids()[0]
    const empty = fleet.servers.find(({ instanceId }) => !held?.endsWith(instanceId))
    await fleet.deliver(terminating({ id: empty?.instanceId ?? '' }), terminating(instance))
    expect(fleet.completed).toMatchObject([{ instanceId: empty?.instanceId }])
    expect(fleet.sent).toMatchObject([{ delaySeconds: 5 }])
  })

  it('goes at once when it holds nothing, or when it is the last one', async () => {
    const empty = serversOnly(3)
    await empty.deliver(terminating({ id: empty.servers[0]?.instanceId ?? '' }))
    expect(empty.completed).toHaveLength(1)
    const single = serversOnly(1)
    single.service()
    await single.reconcile()
    await single.deliver(terminating({ id: single.servers[0]?.instanceId ?? '' }))
    expect(single.completed).toHaveLength(1)
  })
})
