import { describe, expect, it } from '@jest/globals'
import { type Judged, judge } from '../../../core/healing/judge.ts'
import type { Member } from '../../../core/healing/members.ts'
import { ago, facts, groupOf, judged, member, NOW, sick } from './healing-samples.ts'

const said = (seen: Judged) =>
  judge(seen).map(({ instanceId, verdict, reason }) => `${instanceId} ${verdict}: ${reason}`)
const many = (count: number, make: (id: string) => Member) =>
  Array.from({ length: count }, (_, index) => make(`i-${make === sick ? 's' : 'w'}${index}`))
const since = (id: string, seconds: number) => ({ [id]: { since: ago(seconds).toISOString() } })
const record = (other: Partial<Judged['record']>) => ({ ...judged([]).record, ...other })

describe('an instance that fails its check', () => {
  it('is replaced, and what its check said last is told', () => {
    expect(judge(judged([sick('i-1'), member('i-2')]))).toEqual([
      {
        instanceId: 'i-1',
        group: groupOf('web'),
        verdict: 'replace',
        reason: 'it does not pass as web',
        seconds: 300,
        output: 'HTTP 503',
      },
    ])
  })

  it('is replaced when it is the only one of its service', () => {
    expect(said(judged([sick('i-1', 'redis'), member('i-2'), member('i-3')]))).toEqual([
      'i-1 replace: it does not pass as redis',
    ])
    expect(said(judged([sick('i-1')]))).toEqual(['i-1 replace: it does not pass as web'])
  })

  it.each<[string, number, Partial<Member>, Parameters<typeof facts>[1], string]>([
    ['as long as is usual', 60, {}, {}, 'replace: it does not pass as web'],
    ['nearly, as rounds are not to the second', 50, {}, {}, 'replace: it does not pass as web'],
    ['less', 49, {}, {}, 'wait: it is replaced after 60 s'],
    ['nearly as long as a slow check needs', 289.9, { usual: 300 }, {}, 'wait: it is replaced after 300 s'],
    ['as long as its manifest says', 10, {}, { replaceAfter: 10 }, 'replace: it does not pass as web'],
    [
      'seen once, for the shortest time there is',
      0,
      {},
      { replaceAfter: 10 },
      'wait: it is replaced after 10 s',
    ],
    ['less than its manifest says', 589, {}, { replaceAfter: 600 }, 'wait: it is replaced after 600 s'],
    ['for ever', 9e6, {}, { replaceAfter: 'never' }, 'leave: its manifest says replaceAfter: never'],
    ['for long', 900, { registered: ago(299).getTime() }, {}, 'wait: it is still starting'],
    ['for long', 900, { registered: ago(300).getTime() }, {}, 'replace: it does not pass as web'],
    ['for long', 900, {}, { suspended: true }, 'leave: its group was told not to replace instances'],
    ['for long', 900, {}, { serving: ['i-2'] }, 'wait: its group does not have it in service'],
    ['for long', 900, {}, { moving: 1 }, 'wait: shop-web replaces one at a time'],
  ])('%s (%d s), with %j and a group with %j: %s', (_, seconds, own, group, expected) => {
    const members = [sick('i-1', 'web', own), member('i-2')]
    const groups = new Map([[groupOf('web'), facts(members, group)]])
    expect(said(judged(members, { groups, record: record({ sick: since('i-1', seconds) }) }))).toEqual([
      `i-1 ${expected}`,
    ])
  })

  it('stays when nobody has seen it fail ago, or when its group cannot be read', () => {
    expect(said(judged([sick('i-1')], { record: record({ sick: {} }) }))).toEqual([
      'i-1 wait: it is replaced after 60 s',
    ])
    expect(said(judged([sick('i-1')], { groups: new Map() }))).toEqual(['i-1 hold: its group cannot be read'])
  })

  it('counts as failing since no time at all when the record is newer than the look', () => {
    expect(judge(judged([sick('i-1')], { record: record({ sick: since('i-1', -5) }) }))).toMatchObject([
      { verdict: 'wait', seconds: 0 },
    ])
  })
})

describe('in doubt nothing is replaced', () => {
  it('when the servers are in doubt', () => {
    expect(said(judged([sick('i-1')], { doubt: 'Consul has no leader' }))).toEqual([
      'i-1 hold: Consul has no leader',
    ])
  })

  it.each([
    [1, 2, false],
    [1, 1, false],
    [2, 2, false],
    [3, 2, true],
    [2, 0, true],
    [60, 40, true],
  ])('with %d sick and %d well of a service: held is %s', (ill, well, held) => {
    const members = [
      ...many(ill, sick),
      ...many(well, member),
      ...many(300, (id) => member(`o${id}`, 'other')),
    ]
    const spread = members.map((each, index) => ({ ...each, owner: `10.0.0.${index % 50}` }))
    const words = new Set(judge(judged(spread)).map(({ verdict }) => verdict))
    expect(words.has('hold')).toBe(held)
    expect(words.has('replace')).toBe(!held)
    if (held)
      expect(judge(judged(spread))[0]?.reason).toBe(
        `more than half of shop-web is not well (${ill} of ${ill + well})`,
      )
  })

  it('when most of what a Consul server checks is sick, the others see nothing', () => {
    const far = { owner: '10.0.0.2' }
    const members = [sick('i-1'), sick('i-2', 'cart'), member('i-3', 'web', far), member('i-4', 'cart', far)]
    expect(said(judged(members))).toEqual(
      ['i-1', 'i-2'].map(
        (id) => `${id} hold: more than half of the Consul server at 10.0.0.1 is not well (2 of 2)`,
      ),
    )
  })

  it('when most of the fleet is sick, each service on a server of its own', () => {
    const members = ['a', 'b', 'c'].map((name, index) =>
      (index < 2 ? sick : member)(`i-${name}`, name, { owner: `10.0.0.${index}` }),
    )
    expect(said(judged(members))[0]).toBe('i-a hold: more than half of the whole fleet is not well (2 of 3)')
  })

  it('counts what is not known as not well', () => {
    const members = [sick('i-1'), member('i-2', 'web', { passing: false }), member('i-3')]
    expect(said(judged(members))).toEqual(['i-1 hold: more than half of shop-web is not well (2 of 3)'])
  })
})

describe('replacements are few', () => {
  it.each([
    [4, 2, 1],
    [9, 4, 1],
    [10, 4, 2],
    [14, 4, 2],
    [15, 4, 3],
    [100, 40, 20],
  ])('of %d instances, %d of them sick, %d go at once', (all, ill, go) => {
    const members = [...many(ill, sick), ...many(all - ill, member)]
    const spread = members.map((each, index) => ({ ...each, owner: `10.0.0.${index % 2 ? 1 : index}` }))
    const verdicts = judge(judged(spread)).map(({ verdict }) => verdict)
    expect(verdicts.filter((verdict) => verdict === 'replace')).toHaveLength(go)
    expect(verdicts.filter((verdict) => verdict === 'wait')).toHaveLength(ill - go)
  })

  it('go first where they fail longest, and by name', () => {
    const members = [sick('i-3'), sick('i-1'), sick('i-2'), ...many(9, member)]
    const times = { ...since('i-1', 100), ...since('i-2', 200), ...since('i-3', 100) }
    const order = judge(judged(members, { record: record({ sick: times }) }))
    expect(order.map(({ instanceId, verdict }) => `${instanceId} ${verdict}`)).toEqual([
      'i-2 replace',
      'i-1 replace',
      'i-3 wait',
    ])
  })

  it('wait for a successor that does not pass yet, and say how many go at a time', () => {
    const fresh = sick('i-new', 'web', { registered: ago(20).getTime() })
    expect(said(judged([sick('i-1'), fresh, member('i-2'), member('i-3')]))).toEqual([
      'i-1 wait: shop-web replaces one at a time',
      'i-new wait: it is still starting',
    ])
    const ten = [...many(3, sick), ...many(7, member)]
    expect(said(judged(ten)).at(-1)).toBe('i-s2 wait: shop-web replaces 2 at a time')
  })

  it.each([
    [1, 59, 'hold: shop-web backs off after a replacement, 1 s more'],
    [1, 60, 'replace: it does not pass as web'],
    [2, 119, 'hold: shop-web backs off after 2 replacements in a row, 1 s more'],
    [2, 120, 'replace: it does not pass as web'],
    [7, 3599.5, 'hold: shop-web backs off after 7 replacements in a row, 1 s more'],
    [20, 3600, 'replace: it does not pass as web'],
  ])('back off: after %d in a row, %d s later: %s', (times, seconds, expected) => {
    const groups = { [groupOf('web')]: { times, at: ago(seconds).toISOString() } }
    const seen = judged([sick('i-1'), member('i-2')])
    expect(said({ ...seen, record: { ...seen.record, groups } })).toEqual([`i-1 ${expected}`])
  })

  it('hold up no other service', () => {
    const members = [sick('i-1'), member('i-2'), sick('i-3', 'cart'), member('i-4', 'cart')]
    const groups = { [groupOf('web')]: { times: 1, at: NOW.toISOString() } }
    const seen = judged(members)
    expect(said({ ...seen, record: { ...seen.record, groups } })).toEqual([
      'i-1 hold: shop-web backs off after a replacement, 60 s more',
      'i-3 replace: it does not pass as cart',
    ])
  })
})
