import type { Unit } from '../../core/prices/articles.ts'
import type { Cost, CostLine, Sum, UnitPrice } from '../../core/prices/bill.ts'
import { hourText, monthText, unitText } from '../../core/prices/money.ts'
import { sourcesText } from '../../core/prices/source-text.ts'
import { table } from '../../local/table.ts'

/** What a change costs, before and after, for people. */
export function costLines(cost: Cost): string[] {
  const { region, hoursInMonth, before, after, lines } = cost
  const fixed = [
    ['', 'an hour', `a month of ${hoursInMonth} h`],
    ...lines.map(costRow),
    ['total', change(before, after, 'hour', hourText), change(before, after, 'month', monthText)],
  ]
  return [
    `cost on AWS in ${region}, in US dollars without tax:`,
    ...indented(lines.length > 0 ? table(fixed).split('\n') : ['nothing by the hour']),
    ...section('plus, by use', cost.byUse),
    ...section('goes on after a teardown, until it is deleted', cost.stays),
    ...(cost.unknown.length > 0
      ? [`what is not known: "nanofleet prices update --region ${region}" reads it from AWS`]
      : []),
    `prices: ${sourcesText(cost.sources)} (docs/cost.md)`,
  ]
}

/** One line for a run: `costs $0.0228 an hour after $0, $16.64 a month after $0`. */
export function costLine({ before, after }: Pick<Cost, 'before' | 'after'>): string {
  const same = before.hour === after.hour && before.whole === after.whole
  const hour = amount(after, 'hour', hourText)
  const month = amount(after, 'month', monthText)
  if (same) return `goes on costing ${hour} an hour, ${month} a month, and what is billed by use`
  const old = `${amount(before, 'hour', hourText)} and ${amount(before, 'month', monthText)}`
  return `will cost ${hour} an hour, ${month} a month, and what is billed by use; until now ${old}`
}

function costRow({ what, of, before, after }: CostLine): string[] {
  const [old, young] = [before.quantity, after.quantity]
  const number = old === young ? `${young}` : `${old} → ${young}`
  const label = `${number} × ${what} (${of})`
  return [label, change(before, after, 'hour', hourText), change(before, after, 'month', monthText)]
}

/** An amount, or how it changes. */
function change(before: Sum, after: Sum, per: 'hour' | 'month', text: (dollars: number) => string): string {
  const [old, young] = [amount(before, per, text), amount(after, per, text)]
  return old === young ? young : `${old} → ${young}`
}

function amount(sum: Sum, per: 'hour' | 'month', text: (dollars: number) => string): string {
  if (sum.whole) return text(sum[per])
  return sum[per] === 0 ? 'not known' : `more than ${text(sum[per])}`
}

const section = (title: string, prices: readonly UnitPrice[]): string[] =>
  prices.length === 0 ? [] : [`${title}:`, ...indented(prices.map(priceLine))]

const priceLine = ({ what, unit, dollars }: UnitPrice): string =>
  `${what}: ${dollars === undefined ? 'not known' : unitText(dollars, unit as Unit)}`

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`)
