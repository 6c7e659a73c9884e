import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { ModelFleet, recommendation, spotWarning, stateChange, terminating } from '../../model/model-fleet.ts'

const fleetOf = (servers: number): ModelFleet => {
  const fleet = new ModelFleet()
  for (let index = 0; index < servers; index++) fleet.server()
  return fleet
}

describe('a batch of events', () => {
  it('registers instances that run, with one look at EC2 for all of them', async () => {
    const fleet = fleetOf(3)
    const launched = [fleet.service(), fleet.service(), fleet.service()]
    const outcome = await fleet.deliver(...launched.map((each) => stateChange(each, 'running')))
    expect(outcome).toMatchObject({ failed: [], problems: [], report: { registered: 3 } })
    expect(fleet.catalog.found('web').sort()).toEqual(launched.map((each) => each.id))
    expect(fleet.looks).toEqual(['look'])
  })

  it('tells since when the instances run that it registered, also after a second look', async () => {
    const fleet = fleetOf(1)
    const [ready, late] = [fleet.service(), fleet.service(undefined, 'pending')]
    const at = '2026-01-01T00:00:00Z'
    const events = [ready, late].map((each) => ({ ...stateChange(each, 'running'), time: at }))
    expect((await fleet.deliver(...events)).runningSince).toEqual([at])
    fleet.set(late, 'running')
    expect((await fleet.deliverLater()).runningSince).toEqual([at])
    expect((await fleet.deliver(...events)).runningSince).toEqual([])
  })

  it('acts on what is true now, whatever the order of the events', async () => {
    const fleet = fleetOf(2)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    fleet.set(instance, 'terminated')
    await fleet.deliver(stateChange(instance, 'shutting-down'))
    await fleet.deliver(stateChange(instance, 'running'))
    expect(fleet.catalog.ids()).toEqual([])
  })

  it('writes nothing for an event that comes again', async () => {
    const fleet = fleetOf(2)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(stateChange(instance, 'running'), stateChange(instance, 'running'))
    expect(fleet.catalog.writes).toHaveLength(1)
  })

  it.each(['shutting-down', 'terminated', 'stopping', 'stopped'] as const)(
    'removes an instance that is %s from whichever server holds it',
    async (state) => {
      const fleet = fleetOf(1)
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
    const fleet = fleetOf(1)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(stateChange(instance, 'shutting-down'))
    expect(fleet.catalog.ids()).toEqual([])
  })

  it('registers an instance again that was stopped and started', async () => {
    const fleet = fleetOf(1)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    fleet.set(instance, 'stopped')
    await fleet.deliver(stateChange(instance, 'stopped'))
    fleet.set(instance, 'running')
    await fleet.deliver(stateChange(instance, 'running'))
    expect(fleet.catalog.found('web')).toEqual([instance.id])
  })

  it('looks again, three times at most, when EC2 does not show yet what the event says', async () => {
    const fleet = fleetOf(1)
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
    const fleet = fleetOf(1)
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
      const fleet = fleetOf(1)
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
    const fleet = fleetOf(2)
    const server = fleet.servers[0] as ConsulServer
    await fleet.deliver(stateChange({ id: server.instanceId }, 'running'))
    expect(fleet.reconcileRequests).toBe(1)
  })

  it('looks again at instances whose owner does not answer, and registers the others', async () => {
    const fleet = fleetOf(2)
    const launched = Array.from({ length: 8 }, () => fleet.service())
    const silent = fleet.servers[0] as ConsulServer
    fleet.catalog.kill(silent)
    const outcome = await fleet.deliver(...launched.map((each) => stateChange(each, 'running')))
    expect(outcome.failed).toEqual([])
    expect(fleet.catalog.ids().length).toBeGreaterThan(0)
    expect(fleet.sent).toHaveLength(8 - fleet.catalog.ids().length)
    fleet.catalog.revive(silent)
    await fleet.deliverLater()
    expect(fleet.catalog.ids()).toHaveLength(8)
  })

  it('looks again at an instance that goes while a server that may hold it is silent, and never sets it aside', async () => {
    const fleet = fleetOf(2)
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
    const fleet = fleetOf(1)
    const instance = fleet.service()
    fleet.catalog.fault = (verb) => (verb === 'register' ? new ServiceFailure('503') : undefined)
    const { report } = await fleet.deliver(stateChange(instance, 'running'))
    expect(report?.failed).toEqual([{ instanceId: instance.id, problem: '503' }])
    fleet.catalog.fault = () => undefined
    await fleet.deliverLater()
    expect(fleet.catalog.found('web')).toEqual([instance.id])
  })

  it('brings the whole batch back when EC2 cannot be read', async () => {
    const fleet = fleetOf(1)
    fleet.broken.add('ec2')
    await expect(fleet.deliver(stateChange(fleet.service(), 'running'))).rejects.toThrow('throttled')
  })

  it('sets a message aside that is no event, and handles the others', async () => {
    const fleet = fleetOf(1)
    const instance = fleet.service()
    const outcome = await fleet.deliver({ hello: 'world' }, stateChange(instance, 'running'))
    expect(outcome.failed).toEqual(['m0'])
    expect(outcome.problems[0]).toMatch(/no event/)
    expect(fleet.catalog.found('web')).toEqual([instance.id])
  })
})

describe('events that are none of its business', () => {
  it('ignores instances of another VPC and with other tags: asks EC2 once each time, no error, nothing brought back twice', async () => {
    const fleet = fleetOf(1)
    const elsewhere = fleet.service()
    elsewhere.vpcId = 'vpc-0b'
    const untagged = fleet.service()
    untagged.tags = { Name: 'bastion' }
    const outcome = await fleet.deliver(
      stateChange(elsewhere, 'running'),
      stateChange(untagged, 'terminated'),
      stateChange({ id: 'i-0abc' }, 'terminated'),
      spotWarning(elsewhere),
      terminating(untagged),
    )
    expect(outcome).toMatchObject({ failed: [], problems: [] })
    expect(fleet.looks).toEqual(['look'])
    expect(await fleet.deliverLater()).toMatchObject({ failed: [], problems: [] })
    expect(fleet.looks).toEqual(['look', 'confirm'])
    expect(fleet.catalog.writes).toEqual([])
    expect(fleet.completed).toEqual([])
    expect(fleet.sent).toEqual([])
  })

  it('ignores an instance without a tag after three more looks, each of which asks EC2 once', async () => {
    const fleet = fleetOf(1)
    const bare = fleet.service()
    bare.tags = {}
    await fleet.deliver(stateChange(bare, 'running'))
    for (let looks = 0; looks < 3; looks += 1) await fleet.deliverLater()
    expect(fleet.looks).toEqual(['look', 'confirm', 'confirm', 'confirm'])
    expect(fleet.sent).toEqual([])
  })

  it('looks at an instance with a tag of others no more than once again', async () => {
    const fleet = fleetOf(1)
    const bastion = fleet.service()
    bastion.tags = { Name: 'bastion' }
    await fleet.deliver(stateChange(bastion, 'running'))
    expect(fleet.sent).toHaveLength(1)
    await fleet.deliverLater()
    expect(fleet.sent).toEqual([])
  })

  it.each(['pending', 'stopping', 'stopped', 'shutting-down', 'terminated'] as const)(
    'looks once only for an instance that is %s and that the fleet does not show',
    async (state) => {
      const fleet = fleetOf(1)
      await fleet.deliver(stateChange({ id: 'i-0abc' }, state))
      expect(fleet.sent).toEqual([])
    },
  )

  it('has nothing to do while the platform is down: one look at EC2, no call to Consul', async () => {
    const fleet = fleetOf(0)
    const instance = fleet.service()
    const outcome = await fleet.deliver(
      stateChange(instance, 'running'),
      stateChange({ id: 'i-0abc' }, 'terminated'),
    )
    expect(outcome).toEqual({ report: null, failed: [], problems: [], runningSince: [] })
    expect(fleet.looks).toEqual(['look'])
  })
})

describe('an instance that is told to go', () => {
  it('leaves DNS at once and its group goes on when the drain is over', async () => {
    const fleet = fleetOf(2)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(terminating(instance))
    expect(fleet.catalog.found('web')).toEqual([])
    expect(fleet.completed).toEqual([])
    expect(fleet.sent.map((each) => each.delaySeconds)).toEqual([5])
    await fleet.deliverLater()
    expect(fleet.completed).toMatchObject([{ instanceId: instance.id, group: 'nanofleet-test-web-web' }])
  })

  it('stays out of DNS when a round or a late event comes while it drains', async () => {
    const fleet = fleetOf(2)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(terminating(instance))
    await fleet.reconcile()
    await fleet.deliver(stateChange(instance, 'running'))
    expect(fleet.catalog.found('web')).toEqual([])
    fleet.set(instance, 'shutting-down')
    await fleet.deliver(stateChange(instance, 'shutting-down'))
    expect(fleet.catalog.ids()).toEqual([])
  })

  it('completes again without harm when messages are repeated', async () => {
    const fleet = fleetOf(1)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(terminating(instance), terminating(instance))
    await fleet.deliver(terminating(instance))
    await fleet.deliverLater()
    expect(fleet.completed.length).toBeGreaterThanOrEqual(1)
    expect(fleet.catalog.writes.filter((write) => write.startsWith('maintenance'))).toHaveLength(1)
  })

  it('does not wait for a drain that nobody needs: the platform is down', async () => {
    const fleet = fleetOf(0)
    await fleet.deliver(terminating(fleet.service()))
    expect(fleet.completed).toHaveLength(1)
    expect(fleet.sent).toEqual([])
  })

  it('does not let its group go on before it has left DNS', async () => {
    const fleet = fleetOf(1)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    fleet.catalog.kill(fleet.servers[0] as ConsulServer)
    expect((await fleet.deliver(terminating(instance))).failed).toEqual(['m0'])
    expect(fleet.sent).toEqual([])
  })

  it('leaves DNS on a spot warning', async () => {
    const fleet = fleetOf(1)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(spotWarning(instance))
    expect(fleet.catalog.found('web')).toEqual([])
    expect(fleet.sent).toEqual([])
    fleet.later(3600)
    await fleet.reconcile()
    expect(fleet.catalog.found('web')).toEqual([])
  })
})

describe('an instance that EC2 recommends to replace', () => {
  const recommended = async () => {
    const fleet = fleetOf(2)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(recommendation(instance, fleet.now))
    return { fleet, instance, found: () => fleet.catalog.found('web') }
  }

  it('leaves DNS at once and is back after ten minutes when it still runs', async () => {
    const { fleet, instance, found } = await recommended()
    expect(found()).toEqual([])
    for (let minute = 1; minute < 10; minute++) await fleet.reconcile()
    expect(found()).toEqual([])
    expect(await fleet.reconcile()).toMatchObject({ returned: 1, registered: 0, failed: [] })
    expect(found()).toEqual([instance.id])
    expect(await fleet.reconcile()).toMatchObject({ returned: 0, drift: 0 })
  })

  it.each([
    ['a spot warning', spotWarning],
    ['its group', terminating],
  ])('stays out of DNS when %s tells it to go in the meantime', async (_who, order) => {
    const { fleet, instance, found } = await recommended()
    await fleet.deliver(order(instance))
    await fleet.deliver(recommendation(instance, fleet.now))
    fleet.later(3600)
    await fleet.reconcile()
    expect(found()).toEqual([])
  })

  it('stays out of DNS when the same delivery tells it to go', async () => {
    const fleet = fleetOf(1)
    const instance = fleet.service()
    await fleet.reconcile()
    const events = [
      recommendation(instance, fleet.now),
      spotWarning(instance),
      recommendation(instance, fleet.now),
    ]
    await fleet.deliver(...events)
    fleet.later(3600)
    await fleet.reconcile()
    expect(fleet.catalog.found('web')).toEqual([])
  })

  it('stays out for ten minutes after the last recommendation, and one that comes again writes nothing', async () => {
    const { fleet, instance, found } = await recommended()
    for (let minute = 1; minute < 10; minute++) await fleet.reconcile()
    const later = recommendation(instance, fleet.now)
    await fleet.deliver(later)
    const writes = fleet.catalog.writes.length
    await fleet.deliver(later)
    expect(fleet.catalog.writes.length).toBe(writes)
    for (let minute = 1; minute < 10; minute++) await fleet.reconcile()
    expect(found()).toEqual([])
    await fleet.reconcile()
    expect(found()).toEqual([instance.id])
  })

  it('does not leave DNS for one that is over by the time it is read', async () => {
    const fleet = fleetOf(1)
    const instance = fleet.service()
    await fleet.reconcile()
    const old = recommendation(instance, fleet.now)
    fleet.later(600)
    await fleet.deliver(old)
    expect(fleet.catalog.found('web')).toEqual([instance.id])
  })

  it.each(['its definition changes', 'its server dies'])(
    'stays out no longer and no shorter when %s meanwhile',
    async (what) => {
      const { fleet, instance, found } = await recommended()
      const [home = ''] = fleet.catalog.ids()
      if (what === 'its definition changes')
        fleet.parameters.set('/nanofleet/test/web/web/consul', JSON.stringify({ name: 'web', port: 81 }))
      else
        fleet.lose(
          fleet.servers.find(({ instanceId }) => home.endsWith(instanceId)) ??
            (fleet.servers[0] as ConsulServer),
        )
      for (let minute = 1; minute < 10; minute++) await fleet.reconcile()
      expect(found()).toEqual([])
      await fleet.reconcile()
      expect(found()).toEqual([instance.id])
    },
  )

  it('is removed when EC2 takes it', async () => {
    const { fleet, instance } = await recommended()
    fleet.set(instance, 'shutting-down')
    await fleet.deliver(stateChange(instance, 'shutting-down'))
    fleet.later(3600)
    await fleet.reconcile()
    expect(fleet.catalog.ids()).toEqual([])
  })

  it('is a message for the dead letters when it does not say since when', async () => {
    const fleet = fleetOf(1)
    const { time: _time, ...event } = recommendation(fleet.service(), fleet.now) as { time: string }
    const { failed, problems } = await fleet.deliver(event)
    expect(failed).toEqual(['m0'])
    expect(problems[0]).toMatch(/must have a time/)
  })
})

describe('a Consul server that its group terminates', () => {
  const fleetWithEntries = async () => {
    const fleet = fleetOf(3)
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
    for (let look = 0; look < 15; look++) await fleet.deliverLater()
    expect(fleet.completed).toHaveLength(1)
  })

  it('goes at once when it holds nothing, or when it is the last one', async () => {
    const empty = fleetOf(3)
    await empty.deliver(terminating({ id: empty.servers[0]?.instanceId ?? '' }))
    expect(empty.completed).toHaveLength(1)
    const single = fleetOf(1)
    single.service()
    await single.reconcile()
    await single.deliver(terminating({ id: single.servers[0]?.instanceId ?? '' }))
    expect(single.completed).toHaveLength(1)
  })
})
