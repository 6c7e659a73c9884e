import type { Unit } from './articles.ts'

/** How many hours AWS counts as a month where it has a price by the hour. */
export const HOURS = 730

/** Dollars of a month: `$16.64`, `less than $0.01`. */
export function monthText(dollars: number): string {
  if (dollars === 0) return '$0'
  return dollars < 0.01 ? 'less than $0.01' : `$${dollars.toFixed(2)}`
}

/** Dollars of an hour, which may be small: `$0.0228`. */
export const hourText = (dollars: number): string =>
  dollars === 0 ? '$0' : dollars < 0.0001 ? 'less than $0.0001' : `$${dollars.toFixed(4)}`

const PER: Record<Unit, string> = {
  hour: 'per hour',
  month: 'per month',
  'GB-month': 'per GB and month',
  GB: 'per GB',
  request: 'per million',
  'unit-hour': 'per unit and hour',
  minute: 'per minute',
  transition: 'per thousand',
  'GB-second': 'per million GB-seconds',
}

/** Small prices are told for many. */
const MANY: Partial<Record<Unit, number>> = { request: 1e6, transition: 1e3, 'GB-second': 1e6 }

/** The price of one unit: `$0.0080 per unit and hour`, `$0.40 per million`. */
export function unitText(dollars: number, unit: Unit): string {
  const many = dollars * (MANY[unit] ?? 1)
  // At least two digits, and all that the price has: 0.1415 stays so.
  const digits = Math.min(6, Math.max(2, decimals(many)))
  return `$${many.toFixed(digits)} ${PER[unit]}`
}

function decimals(value: number): number {
  const [, fraction = ''] = Number(value.toPrecision(10)).toString().split('.')
  return fraction.length
}
