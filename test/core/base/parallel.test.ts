import { describe, expect, it } from '@jest/globals'
import { settle } from '../../../core/base/parallel.ts'

describe('work on many items', () => {
  it('runs a limited number at a time and gives every outcome in its place', async () => {
    let [running, most] = [0, 0]
    const outcomes = await settle(3, [1, 2, 3, 4, 5, 6, 7], async (item) => {
      running++
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 8 - item))
      running--
      if (item === 4) throw new Error('four')
      return item * 2
    })
    expect(most).toBe(3)
    const values = outcomes.map((each) => (each.status === 'fulfilled' ? each.value : each.reason.message))
    expect(values).toEqual([2, 4, 6, 'four', 10, 12, 14])
    expect(await settle(3, [], async () => 1)).toEqual([])
  })
})
