import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Line } from '../../../apps/boutique/cartservice/cart-store.ts'
import { merge } from '../../../apps/boutique/cartservice/merge.ts'
import { readSettings } from '../../../apps/boutique/cartservice/settings.ts'

describe('Adding to a cart', () => {
  it('keeps each product in one line and the pieces of all additions', () => {
    const line = fc.record({
      productId: fc.constantFrom('a', 'b', 'c', 'd'),
      quantity: fc.integer({ min: 1, max: 99 }),
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 50 }), (additions) => {
        const lines = additions.reduce<Line[]>(merge, [])
        expect(new Set(lines.map(({ productId }) => productId)).size).toBe(lines.length)
        for (const { productId, quantity } of lines) {
          const added = additions.filter((one) => one.productId === productId)
          expect(quantity).toBe(added.reduce((sum, one) => sum + one.quantity, 0))
        }
      }),
    )
  })
})

describe('The settings of the cart', () => {
  it('take a Redis by host and port, and memory when there is none', () => {
    const PORT = '7070'
    expect(readSettings({ PORT, REDIS_ADDR: 'redis.service.consul:6379' }).redis).toEqual({
      host: 'redis.service.consul',
      port: 6379,
    })
    expect(readSettings({ PORT, REDIS_ADDR: '' })).toEqual({ port: 7070, redis: undefined })
  })

  it.each(['redis', 'redis:', 'redis:0', 'redis:70000', ':6379', 'redis://redis:6379'])(
    'refuse %s',
    (REDIS_ADDR) => {
      expect(() => readSettings({ PORT: '7070', REDIS_ADDR })).toThrow('host:port')
    },
  )
})
