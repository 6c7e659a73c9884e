import { expect } from '@jest/globals'
import { ProductCatalogService } from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { contract, each, refuses } from './contract.ts'

export const catalog = contract({
  program: 'productcatalogservice',
  service: ProductCatalogService,
  all: {
    'lists products with id, name, picture, price in USD and categories': async (client) => {
      const { products } = await client.listProducts({})
      expect(products.length).toBeGreaterThan(0)
      for (const { id, name, picture, priceUsd, categories } of products) {
        expect([id, name, picture]).not.toContain('')
        expect(priceUsd?.currencyCode).toBe('USD')
        expect(categories.length).toBeGreaterThan(0)
      }
    },
    'returns each product as it is in the list': async (client) => {
      const { products } = await client.listProducts({})
      expect(await Promise.all(products.map(({ id }) => client.getProduct({ id })))).toEqual(products)
    },
    'has the watch of the demo under its id': async (client) => {
      expect(await client.getProduct({ id: '1YMWWN1N4O' })).toMatchObject({ name: 'Watch' })
    },
    ...each(
      ProductCatalogService,
      'finds the mug by',
      { small: 'mug', capitals: 'MUG' },
      async (client, query) => {
        const { results } = await client.searchProducts({ query })
        expect(results.map(({ id }) => id)).toContain('6E92ZMYYFZ')
      },
    ),
    'finds nothing for what the shop does not sell': async (client) => {
      expect((await client.searchProducts({ query: 'no such thing' })).results).toEqual([])
    },
    ...each(
      ProductCatalogService,
      'has no product',
      { 'without id': '', 'of an unknown id': 'AAAAAAAAAA' },
      async (client, id) => {
        await refuses(client.getProduct({ id }), 'NOT_FOUND', '')
      },
    ),
  },
  ours: {
    'names an unknown id': async (client) => {
      await refuses(client.getProduct({ id: 'nothing' }), 'NOT_FOUND', 'There is no product "nothing".')
    },
    'finds everything for an empty query': async (client) => {
      const { results } = await client.searchProducts({ query: '' })
      expect(results).toEqual((await client.listProducts({})).products)
    },
  },
})
