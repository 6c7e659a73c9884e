import { describe, expect, it } from '@jest/globals'
import { covered } from './lib/busy-proxy.ts'

describe('the time that intervals cover', () => {
  it.each<[string, [number, number][], number]>([
    ['is none without any', [], 0],
    [
      'is the sum of those apart',
      [
        [0, 2],
        [5, 6],
      ],
      3,
    ],
    [
      'counts what lies in several once',
      [
        [4, 6],
        [0, 5],
        [1, 2],
      ],
      6,
    ],
    [
      'joins those that touch',
      [
        [0, 1],
        [1, 3],
      ],
      3,
    ],
  ])('%s', (_what, intervals, sum) => {
    expect(covered(intervals)).toBe(sum)
  })
})
