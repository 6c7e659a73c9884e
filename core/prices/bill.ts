import { articleOf } from './articles.ts'
import { HOURS } from './money.ts'
import { type PriceTable, priceOf, type Reading } from './price-table.ts'

/** Something that is billed for as long as it is there. */
export interface BillItem {
  /** The key of an article with a price by the hour or month. */
  article: string
  quantity: number
  /** What it belongs to: an app or its service, `shop` or `shop/web`. */
  of: string
}

/** What is billed of an app. */
export interface Bill {
  fixed: BillItem[]
  /** Keys of articles that are billed by use. */
  byUse: string[]
}

/** An amount of money; `whole` is false if a price in it is not known. */
export interface Sum {
  hour: number
  month: number
  whole: boolean
}

const NOTHING: Sum = { hour: 0, month: 0, whole: true }

/** A line of what something costs now and will cost. */
export interface CostLine {
  article: string
  what: string
  of: string
  before: Sum & { quantity: number }
  after: Sum & { quantity: number }
}

/** The price of an article that is billed by use; `dollars` is absent if it is not known. */
export interface UnitPrice {
  article: string
  what: string
  unit: string
  dollars?: number
}

/** What a change costs. */
export interface Cost {
  region: string
  currency: 'USD'
  hoursInMonth: number
  before: Sum
  after: Sum
  lines: CostLine[]
  byUse: UnitPrice[]
  /** What goes on costing when the app is gone. */
  stays: UnitPrice[]
  /** One sentence for each price that is not known. */
  unknown: string[]
  /** Where the prices are from. */
  sources: Omit<Reading, 'prices'>[]
}

/** Articles of which something may be left when an app is gone: images, logs of builds, data that is kept. */
const STAYS = ['snapshot', 'logs/storage', 'table/storage', 'table/history', 'table/backup', 'bucket/storage']

/** What two bills come to. Nothing is guessed: a sum with an unknown price says that it is not whole. */
export function costOf(table: PriceTable, region: string, before: Bill, after: Bill): Cost {
  const prices = new Prices(table, region)
  const lines = merged(before.fixed, after.fixed).map(({ article, of, quantities: [old, young] }) => ({
    article,
    what: articleOf(article)?.what ?? article,
    of,
    before: { ...prices.sum(article, old), quantity: old },
    after: { ...prices.sum(article, young), quantity: young },
  }))
  const byUse = [...new Set([...before.byUse, ...after.byUse])].filter((key) => after.byUse.includes(key))
  return {
    region,
    currency: 'USD',
    hoursInMonth: HOURS,
    before: total(lines.map((line) => line.before)),
    after: total(lines.map((line) => line.after)),
    lines,
    byUse: byUse.map((key) => prices.unit(key)),
    stays: STAYS.filter((key) => after.byUse.includes(key)).map((key) => prices.unit(key)),
    unknown: prices.unknown,
    sources: prices.sources,
  }
}

/** Sums of money; that of nothing is nothing. */
export const total = (sums: readonly Sum[]): Sum =>
  sums.reduce(
    (all, one) => ({
      hour: all.hour + one.hour,
      month: all.month + one.month,
      whole: all.whole && one.whole,
    }),
    NOTHING,
  )

/** Everything in both bills. */
export const together = (...bills: readonly Bill[]): Bill => ({
  fixed: bills.flatMap(({ fixed }) => fixed),
  byUse: [...new Set(bills.flatMap(({ byUse }) => byUse))],
})

/** Looks prices up, and remembers where they were found and which were not. */
class Prices {
  readonly #table: PriceTable
  readonly #region: string
  readonly #unknown = new Set<string>()
  readonly #sources = new Map<string, Omit<Reading, 'prices'>>()

  constructor(table: PriceTable, region: string) {
    this.#table = table
    this.#region = region
  }

  get unknown(): string[] {
    return [...this.#unknown]
  }

  get sources(): Omit<Reading, 'prices'>[] {
    return [...this.#sources.values()]
  }

  sum(key: string, quantity: number): Sum {
    if (quantity === 0) return NOTHING
    const dollars = this.#price(key)
    if (dollars === undefined) return { ...NOTHING, whole: false }
    const each = articleOf(key)?.unit === 'hour' ? dollars : dollars / HOURS
    return { hour: each * quantity, month: each * quantity * HOURS, whole: true }
  }

  unit(article: string): UnitPrice {
    const dollars = this.#price(article)
    const { what = article, unit = 'unit' } = articleOf(article) ?? {}
    return { article, what, unit, ...(dollars !== undefined && { dollars }) }
  }

  #price(key: string): number | undefined {
    const price = priceOf(this.#table, this.#region, key)
    if ('unknown' in price) {
      this.#unknown.add(price.unknown)
      return undefined
    }
    this.#sources.set(JSON.stringify(price.source), price.source)
    return price.dollars
  }
}

/** Each article of each owner once, with its quantities before and after. */
function merged(before: readonly BillItem[], after: readonly BillItem[]) {
  const found = new Map<string, { article: string; of: string; quantities: [number, number] }>()
  const add = ({ article, of, quantity }: BillItem, at: 0 | 1): void => {
    const key = `${of} ${article}`
    const line = found.get(key) ?? { article, of, quantities: [0, 0] }
    line.quantities[at] += quantity
    found.set(key, line)
  }
  for (const item of before) add(item, 0)
  for (const item of after) add(item, 1)
  return [...found.values()].filter(({ quantities: [old, young] }) => old + young > 0)
}
