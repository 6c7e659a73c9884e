import fc from 'fast-check'
import { additionOf, type CartCopy, join, stampOf } from '../../../apps/boutique/cartservice/cart-copy.ts'

const stamp = fc.integer({ min: 1, max: 12 }).map(stampOf)
const line = fc.record({
  productId: fc.constantFrom('mug', 'tank top', 'ünïcode', '7'),
  quantity: fc.integer({ min: 1, max: 99 }),
})

/** Any copy of a cart that a Redis could have. */
export const anyCopy: fc.Arbitrary<CartCopy> = fc
  .record({
    emptied: fc.oneof(fc.constant(''), stamp),
    additions: fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), stamp, line), { maxLength: 6 })
      .map((all) => new Map(all.map(([id, at, of]) => [id, additionOf(at, of)]))),
  })
  .map((copy) => join([copy]))
