import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  added,
  type CartCopy,
  join,
  lacking,
  linesOf,
  NOTHING,
  stampOf,
} from '../../../apps/boutique/cartservice/cart-copy.ts'
import { copyOf, fieldsOf } from '../../../apps/boutique/cartservice/cart-fields.ts'
import type { Line } from '../../../apps/boutique/cartservice/cart-store.ts'
import { merge } from '../../../apps/boutique/cartservice/merge.ts'
import { readSettings } from '../../../apps/boutique/cartservice/settings.ts'
import { anyCopy } from './cart-copies.ts'

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

/** Pieces by product. */
const pieces = (lines: readonly Line[]): Record<string, number> =>
  Object.fromEntries(lines.reduce<Line[]>(merge, []).map(({ productId, quantity }) => [productId, quantity]))

describe('Two copies of a cart', () => {
  const [FIRST, SECOND] = [0, 1] as const
  type Reached = readonly (0 | 1)[]
  const reached = fc.constantFrom<Reached>([FIRST], [SECOND], [FIRST, SECOND])
  const change = fc.record({
    does: fc.constantFrom('add', 'add', 'add', 'empty', 'repair'),
    key: fc.integer({ min: 0, max: 5 }),
    asks: reached,
    writes: reached,
    repeats: fc.boolean(),
  })

  it('hold together all that was added since the cart was emptied, once, whatever each of them missed', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const copies: [CartCopy, CartCopy] = [NOTHING, NOTHING]
        const bring = (to: Reached, cart: CartCopy) => {
          for (const at of to) copies[at] = join([copies[at], cart])
        }
        let epoch = 0
        let wanted = new Map<string, Line>()
        for (const [time, { does, key, asks, writes, repeats }] of changes.entries()) {
          const seen = join(asks.map((at) => copies[at]))
          const stamp = stampOf(time + 1)
          if (does === 'repair') bring(asks, seen)
          if (does === 'empty') {
            bring(writes, { emptied: stamp, additions: new Map() })
            epoch++
            wanted = new Map()
          }
          if (does !== 'add') continue
          // One addition, by its key. A shopper's new addition has another one.
          const id = `${epoch}-${key}`
          const line = { productId: `p${key % 3}`, quantity: key + 1 }
          for (let times = repeats ? 2 : 1; times > 0; times--) bring(writes, added(seen, id, line, stamp))
          wanted.set(id, line)
        }
        expect(pieces(linesOf(join(copies)))).toEqual(pieces([...wanted.values()]))
      }),
      { numRuns: 300 },
    )
  })

  it('are the same cart in any order, joined twice, and brought up to date by what they lack', () => {
    fc.assert(
      fc.property(anyCopy, anyCopy, anyCopy, (one, two, three) => {
        const all = join([one, two, three])
        expect(join([three, join([two, one]), two])).toEqual(all)
        expect(join([one, lacking(one, all) ?? NOTHING])).toEqual(all)
        expect(lacking(all, join([all, two]))).toBeUndefined()
      }),
    )
  })

  it('are in Redis what they are here', () => {
    fc.assert(
      fc.property(anyCopy, (copy) => {
        const [emptied = '', ...rest] = fieldsOf(copy)
        const pairs = rest.flatMap((text, at) =>
          at % 2 === 0 ? [[text, Buffer.from(rest[at + 1] ?? '')]] : [],
        )
        const fields = Object.fromEntries([...pairs, ['emptied', Buffer.from(emptied)]])
        expect(copyOf(fields)).toEqual(copy)
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
