import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { fleetOf, serversOnly, stateChange } from '../../model/model-fleet.ts'

describe('a batch of events', () => {
  it('registers instances that run, with one look at EC2 for all of them', async () => {
    const fleet = serversOnly(3)
    const launched = [fleet.service(), fleet.service(), fleet.service()]
    const outcome = await fleet.deliver(...launched.map((each) => stateChange(each, 'running')))
    expect(outcome).toMatchObject({ failed: [], problems: [], report: { registered: 3 } })
    expect(fleet.catalog.found('web').sort()).toEqual(launched.map((each) => each.id))
    expect(fleet.looks).toEqual(['look'])
  })

  it('acts on what is true now, whatever the order of the events', async () => {
    const fleet = serversOnly(2)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    fleet.set(instance, 'terminated')
    await fleet.deliver(stateChange(instance, 'shutting-down'))
    await fleet.deliver(stateChange(instance, 'running'))
    expect(fleet.catalog.ids()).toEqual([])
  })

  it('writes nothing for an event that comes again', async () => {
    const fleet = serversOnly(2)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(stateChange(instance, 'running'), stateChange(instance, 'running'))
    expect(fleet.catalog.writes).toHaveLength(1)
  })

  it.each(['shutting-down', 'terminated', 'stopping', 'stopped'] as const)(
    'removes an instance that is %s from whichever server holds it',
    async (state) => {
      const fleet = serversOnly(1)
      const instance = fleet.service()
      await fleet.deliver(stateChange(instance, 'running'))
      fleet.server()
      fleet.server()
      fleet.set(instance, state)
      expect(await fleet.deliver(stateChange(instance, state))).toMatchObject({ failed: [] })
      expect(fleet.catalog.ids()).toEqual([])
    },
  )

  it('believes a final state although EC2 still shows the instance running', async () => {
    const fleet = serversOnly(1)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(stateChange(instance, 'shutting-down'))
    expect(fleet.catalog.ids()).toEqual([])
  })

  it('registers an instance again that was stopped and started', async () => {
    const fleet = serversOnly(1)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    fleet.set(instance, 'stopped')
    await fleet.deliver(stateChange(instance, 'stopped'))
    fleet.set(instance, 'running')
    await fleet.deliver(stateChange(instance, 'running'))
    expect(fleet.catalog.found('web')).toEqual([instance.id])
  })

  it('looks again, three times at most, when EC2 does not show yet what the event says', async () => {
    const fleet = serversOnly(1)
    const instance = fleet.service(undefined, 'pending')
    await fleet.deliver(stateChange(instance, 'running'))
    expect(fleet.sent.map((each) => each.delaySeconds)).toEqual([1])
    await fleet.deliverLater()
    await fleet.deliverLater()
    expect(fleet.sent.map((each) => each.delaySeconds)).toEqual([4])
    // It is one of ours, so no look goes before the one at the fleet.
    expect(fleet.looks).toEqual(['look', 'look', 'look'])
    fleet.set(instance, 'running')
    await fleet.deliverLater()
    expect(fleet.catalog.found('web')).toEqual([instance.id])
    expect(fleet.sent).toEqual([])
  })

  it('looks again at an instance that runs and that EC2 does not show at all, then leaves it to the next round', async () => {
    const fleet = serversOnly(1)
    const instance = fleet.service()
    fleet.instances.delete(instance.id)
    await fleet.deliver(stateChange(instance, 'running'))
    const delays: number[] = []
    while (fleet.sent.length > 0) {
      delays.push(...fleet.sent.map((each) => each.delaySeconds))
      expect((await fleet.deliverLater()).failed).toEqual([])
    }
    expect(delays).toEqual([1, 2, 4])
    fleet.instances.set(instance.id, instance)
    await fleet.reconcile()
    expect(fleet.catalog.found('web')).toEqual([instance.id])
  })

  it('looks again at an instance that was started and that EC2 still shows stopped or untagged', async () => {
    for (const lag of [{ state: 'stopped' as const }, { tags: {} }]) {
      const fleet = serversOnly(1)
      const instance = fleet.service()
      const shown = { ...instance }
      Object.assign(instance, lag)
      await fleet.deliver(stateChange(instance, 'running'))
      Object.assign(instance, shown)
      await fleet.deliverLater()
      expect(fleet.catalog.found('web')).toEqual([instance.id])
    }
  })

  it('asks for a round over the fleet when a Consul server comes or goes', async () => {
    const fleet = serversOnly(2)
    const server = fleet.servers[0] as ConsulServer
    const outcome = await fleet.deliver(stateChange({ id: server.instanceId }, 'running'))
    expect(fleet.reconcileRequests).toBe(1)
    expect(outcome.report).toBeNull()
  })

  it('looks again at instances whose owner does not answer, and registers the others', async () => {
    const fleet = serversOnly(2)
    const launched = Array.from({ length: 8 }, () => fleet.service())
    const silent = fleet.servers[0] as ConsulServer
    fleet.catalog.kill(silent)
    const asked: string[] = []
    fleet.catalog.fault = (verb, server) => {
      asked.push(`${verb} ${server.instanceId}`)
      return undefined
    }
    const outcome = await fleet.deliver(...launched.map((each) => stateChange(each, 'running')))
    expect(outcome.failed).toEqual([])
    expect(asked).not.toContain(`register ${silent.instanceId}`)
    expect(fleet.catalog.ids().length).toBeGreaterThan(0)
    expect(fleet.sent).toHaveLength(8 - fleet.catalog.ids().length)
    fleet.catalog.revive(silent)
    await fleet.deliverLater()
    expect(fleet.catalog.ids()).toHaveLength(8)
  })

  it('looks again at an instance that goes while a server that may hold it is silent, and never sets it aside', async () => {
    const fleet = serversOnly(2)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    for (const server of fleet.servers) fleet.catalog.kill(server)
    fleet.set(instance, 'shutting-down')
    expect((await fleet.deliver(stateChange(instance, 'shutting-down'))).failed).toEqual([])
    for (let attempt = 0; attempt < 3; attempt++) expect((await fleet.deliverLater()).failed).toEqual([])
    expect(fleet.sent).toEqual([])
    for (const { server } of fleet.catalog.agents.values()) fleet.catalog.revive(server)
    await fleet.reconcile()
    expect(fleet.catalog.ids()).toEqual([])
  })

  it('looks again at an instance whose registration Consul refused', async () => {
    const fleet = serversOnly(1)
    const instance = fleet.service()
    let tries = 0
    fleet.catalog.fault = (verb) => (verb === 'register' && ++tries ? new ServiceFailure('503') : undefined)
    const { report } = await fleet.deliver(stateChange(instance, 'running'))
    expect(tries).toBe(1)
    expect(report?.failed).toEqual([{ instanceId: instance.id, problem: '503' }])
    fleet.catalog.fault = () => undefined
    await fleet.deliverLater()
    expect(fleet.catalog.found('web')).toEqual([instance.id])
  })

  it.each(['dead', 'silent'])(
    'about new instances leaves the entries of others on a %s server to the next round',
    async (how) => {
      const fleet = await fleetOf(2, 8)
      const [lost] = fleet.servers as [ConsulServer]
      fleet.catalog.kill(lost)
      if (how === 'dead') fleet.catalog.bury(lost)
      fleet.looks.length = 0
      await fleet.deliver(stateChange(fleet.service(), 'running'))
      expect(fleet.looks).toEqual(['look'])
    },
  )

  it('brings the whole batch back when EC2 cannot be read', async () => {
    const fleet = serversOnly(1)
    fleet.broken.add('ec2')
    await expect(fleet.deliver(stateChange(fleet.service(), 'running'))).rejects.toThrow('throttled')
  })

  it('sets a message aside that is not an event, and handles the others', async () => {
    const fleet = serversOnly(1)
    const instance = fleet.service()
    const outcome = await fleet.deliver({ hello: 'world' }, stateChange(instance, 'running'))
    expect(outcome.failed).toEqual(['m0'])
    expect(outcome.problems[0]).toMatch(/not an event/)
    expect(fleet.catalog.found('web')).toEqual([instance.id])
  })
})
