import { articleOf } from './articles.ts'
import type { PriceTable, Reading } from './price-table.ts'

/** The table with one region's prices as they were read anew; those of lists that were not read stay. */
export function updatedTable(table: PriceTable, region: string, readings: readonly Reading[]): PriceTable {
  const lists = readings.map(({ list }) => list)
  const old = (table.regions[region] ?? []).flatMap((reading) => {
    const rest = Object.entries(reading.prices).filter(([key]) => !lists.includes(articleOf(key)?.list ?? ''))
    return rest.length > 0 ? [{ ...reading, prices: Object.fromEntries(rest) }] : []
  })
  const anew = readings.filter(({ prices }) => Object.keys(prices).length > 0)
  return { ...table, regions: { ...table.regions, [region]: [...anew, ...old] } }
}
