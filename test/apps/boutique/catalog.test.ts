import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { catalogue, search } from '../../../apps/boutique/productcatalogservice/catalogue.ts'
import { duration } from '../../../apps/boutique/productcatalogservice/latency.ts'
import { readProducts } from '../../../apps/boutique/productcatalogservice/products.ts'
import { call } from './call.ts'

const FILE = 'apps/boutique/productcatalogservice/assets/products.json'
const products = readProducts(readFileSync(FILE, 'utf8'))

describe('The catalogue', () => {
  it('has nine products, each with a picture, a price and categories', () => {
    expect(products).toHaveLength(9)
    for (const { picture, priceUsd, categories, description } of products) {
      expect(picture).toMatch(/^\/static\/img\/products\/[\w-]+\.svg$/)
      expect(priceUsd?.currencyCode).toBe('USD')
      expect(categories.length).toBeGreaterThan(0)
      expect(description).not.toBe('')
    }
  })

  it('returns a product by its id, and names an unknown id', async () => {
    const service = catalogue(products, 0)
    const get = async (id: string) => service.getProduct({ id } as never, call())
    expect(await get('6E92ZMYYFZ')).toMatchObject({ name: 'Mug' })
    await expect(get('nothing')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no product "nothing".',
    })
  })

  it('is as slow as configured', async () => {
    const began = Date.now()
    await catalogue(products, 100).listProducts(undefined as never, call())
    expect(Date.now() - began).toBeGreaterThanOrEqual(99)
  })
})

describe('A search', () => {
  it.each([
    ['part of a name', 'glass', ['Sunglasses', 'Candle Holder', 'Bamboo Glass Jar']],
    ['a name in another case', 'MUG', ['Mug']],
    ['part of a description', 'cotton', ['Tank Top']],
    ['a word between spaces', ' mug ', ['Mug']],
    ['what nobody sells', 'piano', []],
  ])('finds by %s', (_what, query, names) => {
    expect(search(products, query).map(({ name }) => name)).toEqual(names)
  })

  it('finds everything for an empty query', () => {
    expect(search(products, '')).toEqual(products)
  })
})

describe('A file of products', () => {
  const file = (...changes: object[]): string => {
    const priceUsd = { currencyCode: 'USD', units: '1' }
    const all = changes.map((change) => ({ id: 'AAAAAAAAAA', name: 'Pen', priceUsd, ...change }))
    return JSON.stringify({ products: all })
  }

  it.each([
    ['an invalid id', file({ id: 'pen' }), 'product "pen": an id must be ten capitals or digits'],
    ['an id twice', file({}, {}), 'product AAAAAAAAAA is listed twice'],
    ['no name', file({ name: '' }), 'product AAAAAAAAAA has no name'],
    ['no price', file({ priceUsd: undefined }), 'product AAAAAAAAAA has no price'],
    ['a price in euros', file({ priceUsd: { currencyCode: 'EUR' } }), 'AAAAAAAAAA: it is not in USD'],
    [
      'a price with two signs',
      file({ priceUsd: { currencyCode: 'USD', units: '1', nanos: -1 } }),
      'different signs',
    ],
    ['a key that is not in the contract', file({ prise: 1 }), 'prise'],
  ])('is refused with %s', (_what, text, sentence) => {
    expect(() => readProducts(text)).toThrow(sentence)
  })
})

describe('A duration', () => {
  it.each([
    ['250ms', 250],
    ['1.5s', 1500],
    ['1m30s', 90_000],
    ['0s', 0],
  ])('%p is %p ms', (text, milliseconds) => {
    expect(duration('EXTRA_LATENCY', text)).toBe(milliseconds)
  })

  it.each(['', '5', 's', '1 s', '-1s', '1h'])('is not %p', (text) => {
    expect(() => duration('EXTRA_LATENCY', text)).toThrow('EXTRA_LATENCY is')
  })
})
