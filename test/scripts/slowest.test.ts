import { describe, expect, it } from '@jest/globals'
import { slowest } from '../../scripts/lib/slowest.mjs'

describe('The slowest files', () => {
  it('are named with their seconds, the slowest first, no more than asked for', () => {
    const files = [
      { file: 'a', seconds: 1.25 },
      { file: 'b', seconds: 100 },
      { file: 'c', seconds: 12.04 },
    ]
    expect(slowest(files, 2)).toEqual(['  100.0 s  b', '   12.0 s  c'])
  })
})
