import { articleOf, articlesOf } from './articles.ts'

/*
 * AWS's published price lists (AWS Billing User Guide, "Reading a price list file for a service"): products
 * by SKU, and apart from them terms by SKU with prices by the amount used.
 */

/** A product of a price list, as far as it is read here. */
export interface Product {
  sku?: string
  productFamily?: string
  attributes?: Record<string, string | undefined>
}

/** What is asked for a product on demand; one is in force at a time. */
export interface Term {
  effectiveDate?: string
  priceDimensions?: Record<string, Dimension>
}

interface Dimension {
  unit?: string
  /** From how many units on this price holds: `0`. */
  beginRange?: string
  pricePerUnit?: Record<string, string>
}

/** What a price list said: prices by article, and what could not be read. */
export interface OfferPrices {
  prices: Record<string, number>
  problems: string[]
}

/** `EU-` in Ireland, `USE1-` or nothing in N. Virginia, for keys the name of the region. */
const PREFIX = /^(?:EU|[A-Z]{3}\d|[a-z]{2}(?:-[a-z]+)+-\d)-/

/** Plain Linux on a machine shared with others, paid as it runs. */
const PLAIN: Record<string, string> = {
  operatingSystem: 'Linux',
  tenancy: 'Shared',
  preInstalledSw: 'NA',
  capacitystatus: 'Used',
  operation: 'RunInstances',
}

/** Reads one region's list of a service, entry by entry, as it comes. */
export class OfferReader {
  readonly #list: string
  readonly #region: string
  /** Articles by SKU. */
  readonly #skus = new Map<string, string>()
  readonly #found = new Map<string, Set<number>>()

  constructor(list: string, region: string) {
    this.#list = list
    this.#region = region
  }

  product(sku: string, product: Product): void {
    const key = this.#articleOf(product)
    if (key !== undefined) this.#skus.set(sku, key)
  }

  wants(sku: string): boolean {
    return this.#skus.has(sku)
  }

  /** @param terms of a product that `wants` knows, by code */
  terms(sku: string, terms: Record<string, Term>): void {
    const key = this.#skus.get(sku)
    if (key === undefined) return
    for (const term of Object.values(terms)) {
      const dollars = firstPaid(term)
      if (dollars !== undefined) this.#found.set(key, (this.#found.get(key) ?? new Set()).add(dollars))
    }
  }

  /** Two prices for one article are none: nobody could say which one holds. */
  result(): OfferPrices {
    const place = `${this.#list} of ${this.#region}`
    const result: OfferPrices = { prices: {}, problems: [] }
    for (const [key, all] of [...this.#found].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const [dollars = 0] = all
      if (all.size === 1) result.prices[key] = dollars
      else result.problems.push(`${place} has ${all.size} prices for ${articleOf(key)?.what ?? key}`)
    }
    for (const [key, { what }] of articlesOf(this.#list))
      if (!this.#found.has(key)) result.problems.push(`${place} has no price for ${what}`)
    return result
  }

  #articleOf({ productFamily, attributes = {} }: Product): string | undefined {
    const { usagetype = '', operation, locationType, regionCode, fromRegionCode } = attributes
    if (locationType !== undefined && locationType !== 'AWS Region') return undefined
    const region = regionCode ?? fromRegionCode
    if (region !== undefined && region !== this.#region) return undefined
    const usage = usagetype.replace(PREFIX, '')
    const broker = this.#list === 'AmazonMSK' && /^Kafka\.([a-z0-9]+\.[a-z0-9]+)$/.exec(usage)
    if (broker) return `broker/${broker[1]}`
    if (this.#list === 'AmazonEC2' && usage.startsWith('BoxUsage:'))
      return isPlain(productFamily, attributes) ? `instance/${attributes.instanceType}` : undefined
    return articlesOf(this.#list).find(
      ([, each]) => each.usage.test(usage) && (each.operation === undefined || each.operation === operation),
    )?.[0]
  }
}

function isPlain(family: string | undefined, attributes: Record<string, string | undefined>): boolean {
  const market = attributes.marketoption ?? 'OnDemand'
  return (
    family === 'Compute Instance' &&
    market === 'OnDemand' &&
    attributes.instanceType !== undefined &&
    Object.entries(PLAIN).every(([name, value]) => attributes[name] === value)
  )
}

/** The price of the first units that are not free. Free allowances are an account's, not a stage's. */
function firstPaid({ priceDimensions = {} }: Term): number | undefined {
  const tiers = Object.values(priceDimensions)
    .map(({ beginRange, pricePerUnit }) => ({ from: Number(beginRange), dollars: Number(pricePerUnit?.USD) }))
    .filter(({ from, dollars }) => Number.isFinite(from) && dollars > 0)
    .sort((a, b) => a.from - b.from)
  return tiers[0]?.dollars
}
