import { setTimeout as pause } from 'node:timers/promises'
import type { Call, Handlers } from '../../lib/grpc/implementation.ts'
import { GrpcProblem } from '../../lib/grpc/problem.ts'
import type { Product, ProductCatalogService } from '../lib/gen/hipstershop_pb.ts'

/**
 * The products of the shop.
 * @param latencyMs added to each call, to see how a slow catalogue affects the shop
 */
export function catalogue(products: Product[], latencyMs: number): Handlers<typeof ProductCatalogService> {
  const byId = new Map(products.map((product) => [product.id, product]))
  const slow = async ({ signal }: Call): Promise<void> => {
    // Nobody reads the answer to a cancelled call.
    if (latencyMs > 0) await pause(latencyMs, undefined, { signal }).catch(() => {})
  }
  return {
    async listProducts(_request, call) {
      await slow(call)
      return { products }
    },
    async getProduct({ id }, call) {
      await slow(call)
      const product = byId.get(id)
      if (product === undefined)
        throw new GrpcProblem('NOT_FOUND', `There is no product ${JSON.stringify(id)}.`)
      return product
    },
    async searchProducts({ query }, call) {
      await slow(call)
      return { results: search(products, query) }
    },
  }
}

/** Products whose name or description contains the text, ignoring case; all of them for an empty text. */
export function search(products: Product[], query: string): Product[] {
  const wanted = query.trim().toLowerCase()
  return products.filter(({ name, description }) =>
    [name, description].some((text) => text.toLowerCase().includes(wanted)),
  )
}
