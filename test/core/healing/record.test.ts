import { describe, expect, it } from '@jest/globals'
import { differs, remember, withReplaced } from '../../../core/healing/record.ts'
import { ago, groupOf, member, NOW, sick } from './healing-samples.ts'

const at = (seconds: number) => ago(seconds).toISOString()
const last = (sickSince: number, ago = 60) => ({
  version: 3,
  at: at(ago),
  sick: { 'i-1': { since: at(sickSince) } },
  groups: {},
})

describe('what rounds remember', () => {
  it('begins with the first round that sees an instance fail', () => {
    expect(remember(null, [sick('i-1'), member('i-2')], NOW)).toEqual({
      version: 1,
      at: NOW.toISOString(),
      sick: { 'i-1': { since: NOW.toISOString() } },
      groups: {},
    })
  })

  it('goes on while each round sees it fail, and ends when one sees it well or not at all', () => {
    expect(remember(last(90), [sick('i-1')], NOW)).toMatchObject({ version: 4, sick: last(90).sick })
    expect(remember(last(90), [member('i-1')], NOW).sick).toEqual({})
    expect(remember(last(90), [], NOW).sick).toEqual({})
  })

  it.each([
    [200, 900],
    [200.1, 0],
  ])('after %d s without a round counts as failing for %d s', (gap, seconds) => {
    expect(remember(last(900, gap), [sick('i-1')], NOW).sick).toEqual({ 'i-1': { since: at(seconds) } })
  })

  it.each([
    [1, 3659, true],
    [1, 3660, false],
    [9, 7199, true],
    [9, 7200, false],
  ])('keeps %d replacements for %d s: %s', (times, seconds, kept) => {
    const groups = { [groupOf('web')]: { times, at: at(seconds) } }
    expect(Object.keys(remember({ ...last(0), groups }, [], NOW).groups)).toHaveLength(kept ? 1 : 0)
  })

  it('costs no write while nothing was and is sick', () => {
    const calm = { version: 3, at: at(60), sick: {}, groups: {} }
    const replaced = { ...calm, groups: { [groupOf('web')]: { times: 1, at: at(9999) } } }
    expect(differs(null, remember(null, [member('i-1')], NOW))).toBe(false)
    expect(differs(calm, remember(calm, [member('i-1')], NOW))).toBe(false)
    expect(differs(calm, remember(calm, [sick('i-1')], NOW))).toBe(true)
    expect(differs(last(60), remember(last(60), [], NOW))).toBe(true)
    expect(differs(replaced, remember(replaced, [], NOW))).toBe(true)
  })

  it('counts a round once for a group, however many of its instances go', () => {
    const groups = { a: { times: 2, at: at(500) }, c: { times: 1, at: at(500) } }
    expect(withReplaced({ ...last(60), groups }, ['a', 'a', 'b'], NOW).groups).toEqual({
      a: { times: 3, at: NOW.toISOString() },
      b: { times: 1, at: NOW.toISOString() },
      c: { times: 1, at: at(500) },
    })
  })
})
