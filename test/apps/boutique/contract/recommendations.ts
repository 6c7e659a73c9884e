import { expect } from '@jest/globals'
import {
  ProductCatalogService,
  RecommendationService,
} from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { grpcClient } from '../../../../apps/lib/grpc/client.ts'
import { contract } from './contract.ts'
import { addressOf } from './programs.ts'

async function allIds(): Promise<string[]> {
  const catalogue = grpcClient(ProductCatalogService, addressOf('productcatalogservice'))
  const { products } = await catalogue.listProducts({})
  catalogue.close()
  return products.map(({ id }) => id)
}

export const recommendations = contract({
  program: 'recommendationservice',
  service: RecommendationService,
  all: {
    'recommends at most five products of the catalogue, each once': async (client) => {
      const { productIds } = await client.listRecommendations({ userId: 'ada' })
      expect(productIds.length).toBeGreaterThan(0)
      expect(productIds.length).toBeLessThanOrEqual(5)
      expect(new Set(productIds).size).toBe(productIds.length)
      expect(await allIds()).toEqual(expect.arrayContaining(productIds))
    },
    'recommends nothing that the user is already looking at': async (client) => {
      const known = (await allIds()).slice(0, 6)
      for (let times = 0; times < 10; times += 1) {
        const { productIds } = await client.listRecommendations({ userId: 'ada', productIds: known })
        expect(productIds.filter((id) => known.includes(id))).toEqual([])
      }
    },
    'recommends nothing to a user who knows everything': async (client) => {
      expect((await client.listRecommendations({ productIds: await allIds() })).productIds).toEqual([])
    },
    'ignores unknown ids': async (client) => {
      const { productIds } = await client.listRecommendations({ productIds: ['nothing', ''] })
      expect(productIds.length).toBeGreaterThan(0)
    },
  },
  ours: {},
})
