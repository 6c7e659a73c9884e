import * as z from 'zod'
import { articleOf } from './articles.ts'

/** Prices of one region that were read from one of AWS's price lists. */
export interface Reading {
  /** The price list: `AmazonEC2`. */
  list: string
  /** The day on which AWS published it, if that is known. */
  published?: string | undefined
  /** The day on which it was read there. */
  read: string
  /** Who read it, if the figures were taken from somebody who quotes them. */
  quotedBy?: string | undefined
  /** US dollars for one unit, by article. */
  prices: Record<string, number>
}

/** What AWS asks, by region, with where each figure is from. */
export interface PriceTable {
  format: 1
  currency: 'USD'
  regions: Record<string, Reading[]>
}

const day = z.string().regex(/^20\d\d-[01]\d-[0-3]\d$/, 'must be a day such as 2026-01-31')

const Table: z.ZodType<PriceTable> = z.strictObject({
  format: z.literal(1),
  currency: z.literal('USD'),
  regions: z.record(
    z.string(),
    z.array(
      z.strictObject({
        list: z.string().min(1),
        published: day.optional(),
        read: day,
        quotedBy: z.string().optional(),
        prices: z.record(z.string(), z.number().min(0)),
      }),
    ),
  ),
})

/** @returns the table, or in one sentence what is wrong with it */
export function readPriceTable(value: unknown): PriceTable | { wrong: string } {
  const { data, error } = Table.safeParse(value)
  if (!data) {
    const [{ path, message } = { path: [], message: 'is no price table' }] = error.issues
    return { wrong: `${path.join('.')} ${message}`.trim() }
  }
  for (const [region, readings] of Object.entries(data.regions)) {
    const seen = new Set<string>()
    for (const key of readings.flatMap(({ prices }) => Object.keys(prices))) {
      if (articleOf(key) === undefined) return { wrong: `regions.${region}: there is no article ${key}` }
      if (seen.has(key)) return { wrong: `regions.${region}: ${key} has two prices` }
      seen.add(key)
    }
  }
  return data
}

/** A price with its source. */
export interface Price {
  dollars: number
  source: Omit<Reading, 'prices'>
}

/** What one unit of an article costs in a region, or in one sentence why that is not known. */
export function priceOf(table: PriceTable, region: string, key: string): Price | { unknown: string } {
  const readings = table.regions[region]
  const remedy = `"nanofleet prices update --region ${region}" reads them from AWS`
  if (!readings) return { unknown: `no prices of ${region} are recorded; ${remedy}` }
  for (const { prices, ...source } of readings) {
    const dollars = Object.hasOwn(prices, key) ? prices[key] : undefined
    if (dollars !== undefined) return { dollars, source }
  }
  const what = articleOf(key)?.what ?? key
  return { unknown: `the price of ${what} in ${region} is not recorded; ${remedy}` }
}
