import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { difference } from '../../../core/registration/difference.ts'
import { report } from '../../../core/registration/round.ts'
import { fleetOf, ModelFleet } from '../../model/model-fleet.ts'
import { cluster, entry, evidence, one, web } from './difference-evidence.ts'

describe('a round', () => {
  it('reads nothing but the fleet while no Consul server runs', async () => {
    const fleet = new ModelFleet()
    fleet.service()
    fleet.parameters.set('/nanofleet/test/web/web/consul', 'no definition')
    expect(await fleet.reconcile()).toMatchObject({
      instances: 1,
      servers: 0,
      held: 0,
      problems: [],
      leader: null,
    })
  })

  it('keeps held removals only while there are some', async () => {
    const fleet = await fleetOf(1, 10)
    fleet.later(3600)
    let saves = 0
    const save = fleet.held.save.bind(fleet.held)
    fleet.held.save = async (held) => {
      saves++
      await save(held)
    }
    const services = [...fleet.instances.values()].filter(({ id }) => id !== fleet.servers[0]?.instanceId)
    for (const { id } of services.slice(0, 6)) fleet.instances.delete(id)
    await fleet.reconcile()
    for (const each of services.slice(0, 6)) fleet.instances.set(each.id, each)
    expect(saves).toBe(1)
    await fleet.reconcile()
    await fleet.reconcile()
    expect(saves).toBe(2)
  })

  it('waits for a suspect for one second, and for the others as usual', async () => {
    const fleet = await fleetOf(3, 0)
    const asked = new Map<string, unknown[]>()
    const listing = fleet.catalog.listing.bind(fleet.catalog)
    fleet.catalog.listing = async (server, ...more) => {
      asked.set(server.address, more)
      return await listing(server, ...more)
    }
    const [first, second] = fleet.servers as [ConsulServer, ConsulServer]
    await fleet.reconcile([], [first.address])
    expect(asked.get(first.address)).toEqual([{ patienceMs: 1000 }])
    expect(asked.get(second.address)).toEqual([{}])
  })
})

describe('the report of a round', () => {
  it('counts what was done by kind, and what differed', () => {
    const plan = difference(evidence({ on: [[], []], instances: [web] }))
    const [register] = plan.writes
    if (register?.verb !== 'register') throw new Error('no registration')
    const common = { server: one, id: web.id, instanceId: web.id, reason: '' }
    const done = [
      register,
      { ...common, verb: 'deregister' as const },
      { ...common, verb: 'forget' as const, node: 'n' },
      { ...common, verb: 'maintenance' as const },
      { ...common, verb: 'return' as const },
    ]
    const successor = {
      id: web.id,
      service: 'web',
      server: one,
      passing: true,
      registration: register.registration,
    }
    const moved = { ...common, verb: 'deregister' as const, successor }
    const failed = [{ write: register, error: new Error('no') }]
    const uncertain = difference(evidence({ instances: [], on: [[entry()], []] })).uncertain
    const seen = { instances: [web], servers: [one], cluster }
    expect(
      report(seen, { ...plan, uncertain, waiting: ['i-9'] }, { done: [...done, moved], failed }, 4, ['p']),
    ).toEqual({
      instances: 1,
      servers: 1,
      registered: 1,
      removed: 3,
      maintained: 1,
      returned: 1,
      held: 4,
      waiting: ['i-9'],
      drift: 3,
      leader: '10.0.0.1:8300',
      failed: [{ instanceId: web.id, problem: 'no' }],
      problems: ['p'],
      changes: done.map(({ verb, reason }) => ({ verb, instanceId: web.id, reason })),
    })
    expect(report({ instances: [], servers: [] }, plan, { done: [], failed: [] }, 0, []).leader).toBeNull()
  })
})
