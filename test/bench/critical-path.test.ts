import { describe, expect, it } from '@jest/globals'
import { criticalPath } from './lib/critical-path.ts'

describe('the critical path', () => {
  it.each<[string, Record<string, string[]>, Record<string, number>, string[], number]>([
    ['of nothing', {}, {}, [], 0],
    ['of independent services', { a: [], b: [] }, { a: 1, b: 2 }, ['b'], 2],
    ['along needs', { c: ['b'], b: ['a'], a: [] }, { a: 1, b: 2, c: 3 }, ['a', 'b', 'c'], 6],
    ['past a slow one that nobody needs', { a: [], b: ['a'], x: [] }, { a: 2, b: 2, x: 3 }, ['a', 'b'], 4],
    ['through the slower of two needs', { a: [], b: [], c: ['a', 'b'] }, { a: 1, b: 5, c: 1 }, ['b', 'c'], 6],
  ])('%s', (_where, needs, times, services, milliseconds) => {
    expect(criticalPath(needs, times)).toEqual({ services, milliseconds })
  })
})
