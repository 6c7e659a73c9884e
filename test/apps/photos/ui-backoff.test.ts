import { describe, expect, it } from '@jest/globals'
import { isPassing, pauseAfter, TRIES } from '../../../apps/photos/ui/static/backoff.js'

describe('the attempts of an upload', () => {
  it.each([
    [0, true],
    [429, true],
    [502, true],
    [503, true],
    [504, true],
    [400, false],
    [413, false],
    [415, false],
    [422, false],
    [500, false],
  ])('treats status %d as passing: %s', (status, passing) => expect(isPassing(status)).toBe(passing))

  it('wait longer each time, never more than 12.5 s, and about a minute in all', () => {
    const pauses = Array.from({ length: TRIES - 1 }, (_, index) => pauseAfter(index + 1, 0.5))
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect(pauseAfter(TRIES, 1)).toBeLessThanOrEqual(12_500)
    const all = pauses.reduce((sum, pause) => sum + pause, 0)
    expect(all).toBeGreaterThan(45_000)
    expect(all).toBeLessThan(90_000)
  })

  it('are spread out, so that many browsers do not come back at once', () => {
    expect(pauseAfter(3, 0)).toBeLessThan(pauseAfter(3, 1))
  })
})
