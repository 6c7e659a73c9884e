import { describe, expect, it } from '@jest/globals'
import { pause } from '../../../core/base/pause.ts'

describe('the pause before the next look', () => {
  it('grows from one second to ten', () => {
    const pauses = Array.from({ length: 14 }, (_, checks) => pause(checks))
    expect(pauses).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 5, 10, 10])
  })

  it('is a minute and a half once ten minutes have passed', () => {
    expect([69, 70, 500].map(pause)).toEqual([10, 90, 90])
  })
})
