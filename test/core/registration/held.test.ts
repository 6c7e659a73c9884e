import { describe, expect, it } from '@jest/globals'
import type { Write } from '../../../core/registration/difference.ts'
import { agree, exceedsCap } from '../../../core/registration/held.ts'

const server = { instanceId: 'i-0c1', address: '10.77.0.1' }
const removals = (...ids: string[]): Write[] =>
  ids.map((id) => ({
    verb: 'deregister',
    server,
    id,
    instanceId: id,
    reason: 'EC2 does not know the instance',
  }))
const many = (count: number): Write[] =>
  removals(...Array.from({ length: count }, (_, index) => `i-${index}`))
const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds))
const ids = (writes: Write[]) => writes.map((write) => write.instanceId)

describe('the cap on removals', () => {
  it.each([
    [5, 6, false],
    [6, 100, false],
    [6, 29, true],
    [21, 100, true],
    [20, 100, false],
  ])('%i of %i instances: exceeded is %s', (lost, known, exceeded) => {
    expect(exceedsCap(many(lost), known)).toBe(exceeded)
  })

  it('counts instances, not their services', () => {
    expect(exceedsCap(removals('a', 'a', 'a', 'a', 'a', 'a'), 6)).toBe(false)
  })
})

describe('two rounds that must agree', () => {
  it('remove nothing in the first', () => {
    expect(agree(removals('a', 'b'), null, at(0))).toEqual({
      allowed: [],
      held: { instanceIds: ['a', 'b'], at: at(0).toISOString() },
    })
  })

  it('remove in the second what both want, and hold what is new', () => {
    const { held } = agree(removals('a', 'b'), null, at(0))
    const second = agree(removals('b', 'c'), held, at(60))
    expect(ids(second.allowed)).toEqual(['b'])
    expect(second.held).toEqual({ instanceIds: ['c'], at: at(60).toISOString() })
  })

  it('are not two when the same moment is read twice', () => {
    const { held } = agree(removals('a'), null, at(0))
    const second = agree(removals('a'), held, at(5))
    expect(second.allowed).toEqual([])
    expect(ids(agree(removals('a'), second.held, at(40)).allowed)).toEqual(['a'])
  })

  it.each([
    [29.9, 0],
    [30, 1],
    [600, 1],
    [600.1, 0],
  ])('agree %d s apart on %d removals', (seconds, count) => {
    const { held } = agree(removals('a'), null, at(0))
    const now = new Date(at(0).getTime() + seconds * 1000)
    expect(agree(removals('a'), held, now).allowed).toHaveLength(count)
  })

  it('keep as the word of the first what both want, when the second comes too early', () => {
    const { held } = agree(removals('a', 'b'), null, at(0))
    expect(agree(removals('b', 'c'), held, at(29)).held).toEqual({ instanceIds: ['b'], at: held.at })
  })

  it('begin again when the first is long past', () => {
    const { held } = agree(removals('a'), null, at(0))
    expect(agree(removals('a'), held, at(3600)).allowed).toEqual([])
  })
})
