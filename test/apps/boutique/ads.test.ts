import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { adsFor } from '../../../apps/boutique/adservice/ads.ts'
import { readProducts } from '../../../apps/boutique/productcatalogservice/products.ts'

const FILE = 'apps/boutique/productcatalogservice/assets/products.json'
const products = readProducts(readFileSync(FILE, 'utf8'))
const productOf = ({ redirectUrl = '' }) => products.find(({ id }) => redirectUrl === `/product/${id}`)
const categories = [...new Set(products.flatMap((product) => product.categories))]

describe('Ads', () => {
  it('are one or two different ones, for products of the shop', () => {
    const keys = fc.array(fc.oneof(fc.constantFrom(...categories), fc.string()))
    fc.assert(
      fc.property(keys, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (wanted, numbers) => {
        const ads = adsFor(wanted, () => numbers.next().value)
        expect([1, 2]).toContain(ads.length)
        expect(new Set(ads.map(({ redirectUrl }) => redirectUrl)).size).toBe(ads.length)
        expect(ads.map(productOf)).not.toContain(undefined)
      }),
    )
  })

  it.each(categories)('fit the category %s', (category) => {
    for (const ad of adsFor([category.toUpperCase()], Math.random)) {
      expect(productOf(ad)?.categories).toContain(category)
    }
  })

  it.each([[[]], [['photography']]])('are any two for %p', (keys) => {
    expect(adsFor(keys, Math.random)).toHaveLength(2)
  })
})
