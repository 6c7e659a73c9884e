import { fromJsonString } from '@bufbuild/protobuf'
import { ListProductsResponseSchema, type Product } from '../lib/gen/hipstershop_pb.ts'
import { flaw } from '../lib/money.ts'

/**
 * Reads the catalogue, `{"products": […]}`, in the contract's JSON form.
 * @throws Error that names the product and what is wrong with it
 */
export function readProducts(text: string): Product[] {
  const { products } = fromJsonString(ListProductsResponseSchema, text)
  const seen = new Set<string>()
  for (const { id, name, priceUsd } of products) {
    if (!/^[\dA-Z]{10}$/.test(id))
      throw new Error(`product ${JSON.stringify(id)}: an id must be ten capitals or digits`)
    if (seen.has(id)) throw new Error(`product ${id} is listed twice; give each its own id`)
    seen.add(id)
    if (name === '') throw new Error(`product ${id} has no name`)
    if (priceUsd === undefined) throw new Error(`product ${id} has no price`)
    const wrong = flaw(priceUsd) ?? (priceUsd.currencyCode === 'USD' ? undefined : 'it is not in USD')
    if (wrong) throw new Error(`the price of product ${id}: ${wrong}`)
  }
  return products
}
