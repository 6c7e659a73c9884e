import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { drain } from '../../../core/registration/departures.ts'
import {
  recommendation,
  serversOnly,
  spotWarning,
  stateChange,
  terminating,
} from '../../model/model-fleet.ts'

describe('an instance that is told to go', () => {
  it('leaves DNS at once and its group goes on when the drain is over', async () => {
    const fleet = serversOnly(2)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(terminating(instance))
    expect(fleet.catalog.found('web')).toEqual([])
    expect(fleet.completed).toEqual([])
    expect(fleet.sent.map((each) => each.delaySeconds)).toEqual([5])
    fleet.looks.length = 0
    await fleet.deliverLater()
    expect(fleet.looks).toEqual([])
    expect(fleet.completed).toMatchObject([{ instanceId: instance.id, group: 'nanofleet-test-web-web' }])
  })

  it('stays out of DNS when a round or a late event comes while it drains', async () => {
    const fleet = serversOnly(2)
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
    const fleet = serversOnly(1)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    await fleet.deliver(terminating(instance), terminating(instance))
    await fleet.deliver(terminating(instance))
    await fleet.deliverLater()
    expect(fleet.completed.length).toBeGreaterThanOrEqual(1)
    expect(fleet.catalog.writes.filter((write) => write.startsWith('maintenance'))).toHaveLength(1)
  })

  it('does not wait for a drain that nobody needs: the platform is down', async () => {
    const fleet = serversOnly(0)
    await fleet.deliver(terminating(fleet.service()))
    expect(fleet.completed).toHaveLength(1)
    expect(fleet.sent).toEqual([])
  })

  it('does not let its group go on before it has left DNS', async () => {
    const fleet = serversOnly(1)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    fleet.catalog.kill(fleet.servers[0] as ConsulServer)
    expect((await fleet.deliver(terminating(instance))).failed).toEqual(['m0'])
    expect(fleet.sent).toEqual([])
  })

  it.each([
    [0, 1, []],
    [1, 0, [1]],
  ])('drains for %i s before its group goes on', async (seconds, completed, delays) => {
    const fleet = serversOnly(1)
    const lifecycle = { group: 'g', hook: 'h', token: 't', instanceId: 'i-1' }
    const order = { kind: 'leaving' as const, instanceId: 'i-1', reason: 'go', lifecycle, attempt: 0 }
    await drain(fleet.parts(seconds), order, true)
    expect(fleet.completed).toHaveLength(completed)
    expect(fleet.sent.map(({ delaySeconds }) => delaySeconds)).toEqual(delays)
  })

  it.each(['goes', 'is gone'])('leaves DNS before others enter it that start when it %s', async (how) => {
    const fleet = serversOnly(1)
    const old = fleet.service()
    await fleet.reconcile()
    fleet.catalog.writes.length = 0
    if (how === 'is gone') fleet.instances.delete(old.id)
    const order = how === 'goes' ? spotWarning(old) : stateChange(old, 'terminated')
    await fleet.deliver(stateChange(fleet.service(), 'running'), order)
    expect(fleet.catalog.writes.map((write) => write.split(' ')[0])).toEqual([
      how === 'goes' ? 'maintenance' : 'deregister',
      'register',
    ])
  })

  it('leaves DNS on a spot warning', async () => {
    const fleet = serversOnly(1)
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
    const fleet = serversOnly(2)
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
    const fleet = serversOnly(1)
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
    const fleet = serversOnly(1)
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
    const fleet = serversOnly(1)
    const { time: _time, ...event } = recommendation(fleet.service(), fleet.now) as { time: string }
    const { failed, problems } = await fleet.deliver(event)
    expect(failed).toEqual(['m0'])
    expect(problems[0]).toMatch(/must have a time/)
  })
})
