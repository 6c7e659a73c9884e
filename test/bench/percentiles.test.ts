import { describe, expect, it } from '@jest/globals'
import { distribution } from './lib/percentiles.ts'

describe('a distribution', () => {
  it('are measured values, by nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index)
    expect(distribution(values)).toEqual({ samples: 200, p50: 100, p95: 190, p99: 198, max: 200 })
    expect(distribution([7])).toEqual({ samples: 1, p50: 7, p95: 7, p99: 7, max: 7 })
  })
})
