import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RATES } from '../../../apps/boutique/currencyservice/rates.ts'
import { ROOT } from '../apps.ts'

/** What a parcel costs, in dollar cents. */
const SHIPPING = 899n

interface Priced {
  id: string
  priceUsd: { units: string; nanos: number }
}

const { products } = JSON.parse(
  readFileSync(join(ROOT, 'apps/boutique/productcatalogservice/assets/products.json'), 'utf8'),
) as { products: Priced[] }

/**
 * What an order costs in a currency's smallest coin, from nothing but the catalogue and the table of rates:
 * whole dollar cents times one exact fraction, rounded once.
 * @param pieces by product id
 * @param decimals the currency's decimals, 2 or 0
 */
export function expectedTotal(currency: string, decimals: number, pieces: Record<string, number>): bigint {
  const goods = Object.entries(pieces).map(([id, quantity]) => cents(id) * BigInt(quantity))
  const all = goods.reduce((sum, cost) => sum + cost, SHIPPING)
  const [to, from] = [fraction(currency), fraction('USD')]
  const numerator = all * to.over * from.under * 10n ** BigInt(decimals)
  const denominator = 100n * to.under * from.over
  return (2n * numerator + denominator) / (2n * denominator)
}

function cents(id: string): bigint {
  const found = products.find((product) => product.id === id)
  if (!found) throw new Error(`the catalogue has no ${id}`)
  return BigInt(found.priceUsd.units) * 100n + BigInt(found.priceUsd.nanos) / 10_000_000n
}

/** `1.1305` as 11305 / 10000. */
function fraction(currency: string): { over: bigint; under: bigint } {
  const [whole = '', digits = ''] = (RATES[currency] ?? '').split('.')
  return { over: BigInt(whole + digits), under: 10n ** BigInt(digits.length) }
}
