import { describe, expect, it } from '@jest/globals'
import { type Evidence, isKept, judge, type Sent, type Verdict } from './lib/events-judge.ts'

const sent: Sent[] = ['a-0', 'a-1', 'a-2', 'b-0'].map((id) => ({
  id,
  key: id.slice(0, 1),
  number: Number(id.slice(2)),
  fails: id === 'b-0',
}))

const records = (ids: string[]) =>
  ids.map((id, offset) => ({
    partition: id.startsWith('a') ? 0 : 1,
    offset,
    key: id.slice(0, 1),
    value: JSON.stringify({ id: 'x', body: { name: id } }),
    headers: {},
  }))

const handled = (ids: string[], instance = 'i-1') =>
  ids.map((id, offset) => ({
    id,
    key: id.slice(0, 1),
    partition: id.startsWith('a') ? 0 : 1,
    offset,
    instance,
    outcome: id === 'b-0' ? ('dead' as const) : ('done' as const),
  }))

const ALL = ['a-0', 'a-1', 'a-2', 'b-0']
const whole: Evidence = {
  sent,
  acknowledged: new Set(ALL),
  records: records(ALL),
  dead: records(['b-0']),
  handled: handled(ALL),
}

it('finds nothing wrong when all is there once and in order', () => {
  const verdict = judge(whole)
  expect(isKept(verdict)).toBe(true)
  expect([verdict.acknowledged, verdict.records]).toEqual([4, 4])
  expect([verdict.writtenTwice, verdict.readTwice, verdict.buriedTwice]).toEqual([[], [], []])
})

describe.each<[string, Partial<Evidence>, keyof Verdict, string[], boolean]>([
  [
    'an acknowledged event that is not in the topic',
    { records: records(['a-0', 'a-1', 'b-0']) },
    'lost',
    ['a-2'],
    false,
  ],
  [
    'records that are there twice',
    { records: records(['a-0', 'a-1', 'a-0', 'a-1', 'a-2', 'b-0']) },
    'writtenTwice',
    ['a-0', 'a-1'],
    true,
  ],
  ['a key out of order', { records: records(['a-1', 'a-0', 'a-2', 'b-0']) }, 'disordered', ['a-0'], false],
  ['an event that nobody read', { handled: handled(['a-0', 'a-1', 'b-0']) }, 'unread', ['a-2'], false],
  [
    'a record that two instances read',
    { handled: [...handled(ALL), ...handled(['a-0'], 'i-2')] },
    'readTwice',
    ['0/0'],
    true,
  ],
  [
    'an instance that reads a key out of order',
    { handled: handled(['a-1', 'a-0', 'a-2', 'b-0']) },
    'readDisordered',
    ['a-0'],
    false,
  ],
  ['a failing event that is not among the dead', { dead: [] }, 'wronglyBuried', ['b-0'], false],
  ['a dead event that does not fail', { dead: records(['b-0', 'a-1']) }, 'wronglyBuried', ['a-1'], false],
  ['an event that is dead twice', { dead: records(['b-0', 'b-0']) }, 'buriedTwice', ['b-0'], true],
])('%s', (_name, change, where, ids, kept) => {
  it(kept ? 'is named and allowed' : 'breaks the promise', () => {
    const verdict = judge({ ...whole, ...change })
    expect(verdict[where]).toEqual(ids)
    expect(isKept(verdict)).toBe(kept)
  })
})
