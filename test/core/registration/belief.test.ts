import { describe, expect, it } from '@jest/globals'
import type { Instance, InstanceState } from '../../../core/base/instances.ts'
import { TAG } from '../../../core/base/names.ts'
import { advice, endOf, longer } from '../../../core/registration/advice.ts'
import { believe } from '../../../core/registration/belief.ts'
import type { Hint } from '../../../core/registration/hints.ts'

const instance = (state: InstanceState, kind = 'service', id = 'i-1'): Instance => ({
  id,
  state,
  address: '10.0.0.1',
  vpcId: 'vpc-1',
  tags: { [TAG.kind]: kind, [TAG.definition]: '/p' },
})
const says = (state: InstanceState, instanceId = 'i-1'): Hint => ({
  kind: 'state',
  instanceId,
  state,
  attempt: 0,
})
const lifecycle = { group: 'g', hook: 'h', token: 't', instanceId: 'i-1' }
const order = (reason: string, other: object = {}): Hint => ({
  kind: 'leaving',
  instanceId: 'i-1',
  reason,
  ...other,
})

describe('an event and what EC2 shows', () => {
  it.each<[InstanceState, InstanceState, InstanceState, boolean]>([
    ['running', 'pending', 'pending', true],
    ['running', 'stopped', 'stopped', true],
    ['running', 'stopping', 'stopping', false],
    ['running', 'running', 'running', false],
    ['stopping', 'running', 'running', true],
    ['stopped', 'running', 'running', true],
    ['stopped', 'stopping', 'stopping', false],
    ['pending', 'running', 'running', false],
    ['terminated', 'running', 'terminated', false],
    ['shutting-down', 'running', 'shutting-down', false],
    ['shutting-down', 'pending', 'shutting-down', false],
  ])('%s, shown %s: is taken as %s, and EC2 lags: %p', (event, shown, state, lags) => {
    const belief = believe([says(event)], [instance(shown)])
    expect(belief.instances.map((each) => each.state)).toEqual([state])
    expect([...belief.lagging]).toEqual(lags ? ['i-1'] : [])
    expect(belief.gone).toEqual([])
  })

  it('say nothing about an instance that is no service of ours', () => {
    expect([...believe([says('running')], [instance('pending', 'other')]).lagging]).toEqual([])
    expect([...believe([says('running')], []).lagging]).toEqual([])
    const undiscovered = { ...instance('pending'), tags: { [TAG.kind]: 'service' } }
    expect([...believe([says('running')], [undiscovered]).lagging]).toEqual([])
  })

  it('do not lag when a final state came with them', () => {
    const { lagging, instances } = believe([says('stopped'), says('terminated')], [instance('running')])
    expect([[...lagging], instances[0]?.state]).toEqual([[], 'terminated'])
  })

  it('mean gone when a final event is about one that EC2 does not show', () => {
    const { gone } = believe([says('terminated'), says('running', 'i-2'), says('stopped', 'i-3')], [])
    expect(gone).toEqual([{ id: 'i-1', state: 'terminated', address: '', vpcId: '', tags: {} }])
  })

  it.each<[string, Hint, Instance[], boolean]>([
    ['the state of a Consul server', says('running'), [instance('running', 'consulserver')], true],
    ['the state of a service', says('running'), [instance('running')], false],
    ['a Consul server that is not shown', says('running'), [], false],
    ['an order to a Consul server', order('go'), [instance('running', 'consulserver')], false],
  ])('change owners only for %s', (_what, hint, seen, changes) => {
    expect(believe([hint], seen).serversChanged).toBe(changes)
  })
})

describe('an order to go', () => {
  it('counts for an instance that runs', () => {
    expect([...believe([order('go')], [instance('running')]).leaving]).toEqual([['i-1', 'go']])
    for (const seen of [[], [instance('stopped')], [instance('pending')]])
      expect(believe([order('go')], seen).leaving.size).toBe(0)
    expect(believe([order('go'), says('terminated')], [instance('running')]).leaving.size).toBe(0)
  })

  it('drains an instance of the fleet that its group lets go', () => {
    const action = order('go', { lifecycle, attempt: 0 })
    expect(believe([action, order('go')], [instance('stopped')]).drains).toEqual([action])
    expect(believe([action], []).drains).toEqual([])
  })

  it('is kept for the reason that lasts longest, whatever comes first', () => {
    const [early, late] = [advice('2026-01-01T00:00:00Z'), advice('2026-01-01T00:00:01Z')]
    for (const reasons of [
      [early, late],
      [late, early],
    ])
      expect(
        believe(
          reasons.map((reason) => order(reason)),
          [instance('running')],
        ).leaving.get('i-1'),
      ).toBe(late)
    expect(longer(early, 'an order')).toBe('an order')
    expect(longer('an order', early)).toBe('an order')
    expect(longer('an order', 'another')).toBe('an order')
  })
})

describe('the end of a reason', () => {
  it('is ten minutes after a recommendation, and never for anything else', () => {
    expect(endOf(advice('2026-01-01T00:00:00Z'))).toBe(Date.parse('2026-01-01T00:10:00Z'))
    for (const reason of [undefined, '', 'its group terminates it', advice('soon')])
      expect(endOf(reason)).toBe(Number.POSITIVE_INFINITY)
  })
})
