import { describe, expect, it } from '@jest/globals'
import { inTurns } from '../../../core/base/turns.ts'

describe('turns', () => {
  it('take the first of every group, then the second of every group', () => {
    const items = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']
    expect(inTurns(items, (item) => item.charAt(0))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3'])
    expect(inTurns([], String)).toEqual([])
  })
})
