import { describe, expect, it } from '@jest/globals'
import { goNanoseconds } from '../../../core/base/go-duration.ts'

describe('a duration as Go writes it', () => {
  it.each([
    ['10s', 10e9],
    ['1m30s', 90e9],
    ['1h0.5m', 3630e9],
    ['+1.s', 1e9],
    ['.5ms', 500_000],
    ['7us', 7000],
    ['7\u00b5s', 7000],
    ['7\u03bcs', 7000],
    ['0.4ns', 0],
    ['1.5ns', 1],
    ['0', 0],
    ['2562047h', 2562047 * 3600e9],
    ['0s', 0],
  ])('is understood: %s', (text, nanoseconds) => {
    expect(goNanoseconds(text)).toBe(nanoseconds)
  })

  it.each(['', '5', '5 s', '-5s', 's', '.s', '1d', '5s ', '1e3s', '2562048h', '9223372036854775808ns'])(
    'is none: "%s"',
    (text) => {
      expect(goNanoseconds(text)).toBeUndefined()
    },
  )
})
