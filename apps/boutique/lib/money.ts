/**
 * Exact amounts of money. All arithmetic uses whole billionths of the currency's unit (bigint), so nothing
 * drifts however many items an order has; only a conversion rounds, once, to the nearest billionth.
 */

/** Like Money in the contract: units and nanos have the same sign, or one of them is zero. */
export interface Amount {
  currencyCode: string
  units: bigint
  /** Billionths, from -999,999,999 to 999,999,999. */
  nanos: number
}

/** An amount that the contract does not allow, or an operation on amounts in different currencies. */
export class MoneyProblem extends Error {
  override name = 'MoneyProblem'
}

/** An exact decimal number, as the fraction digits / scale. */
export interface Decimal {
  readonly digits: bigint
  readonly scale: bigint
}

const BILLION = 1_000_000_000n
const MAX_UNITS = 2n ** 63n - 1n

/** @throws MoneyProblem when the units do not fit into an int64 */
export function amount(currencyCode: string, nanos: bigint): Amount {
  const units = nanos / BILLION
  if (units > MAX_UNITS || units < -MAX_UNITS) {
    throw new MoneyProblem(`${units} ${currencyCode} is more than an amount can hold`)
  }
  return { currencyCode, units, nanos: Number(nanos % BILLION) }
}

/** The whole amount in billionths. */
export const inNanos = ({ units, nanos }: Amount): bigint => units * BILLION + BigInt(nanos)

/** How an amount breaks the rules of the contract, as the end of a sentence; undefined when it does not. */
export function flaw({ currencyCode, units, nanos }: Amount): string | undefined {
  if (!/^[A-Z]{3}$/.test(currencyCode)) {
    return `its currency ${JSON.stringify(currencyCode)} is not a code of three capitals, such as USD`
  }
  if (Math.abs(nanos) > 999_999_999) return `its nanos ${nanos} are not between -999999999 and 999999999`
  if ((units > 0n && nanos < 0) || (units < 0n && nanos > 0)) {
    return `its units ${units} and nanos ${nanos} have different signs`
  }
  return undefined
}

/** @throws MoneyProblem when the currencies differ */
export function add(a: Amount, b: Amount): Amount {
  sameCurrency(a, b)
  return amount(a.currencyCode, inNanos(a) + inNanos(b))
}

/** @throws MoneyProblem when an amount is in another currency */
export const sum = (currencyCode: string, amounts: Iterable<Amount>): Amount =>
  [...amounts].reduce(add, amount(currencyCode, 0n))

/** @throws RangeError when the quantity is not a whole number */
export const multiply = (money: Amount, quantity: number | bigint): Amount =>
  amount(money.currencyCode, inNanos(money) * BigInt(quantity))

export const isPositive = (money: Amount): boolean => inNanos(money) > 0n

/**
 * The same value in another currency, to the nearest billionth, halves away from zero.
 * @param from how much of the amount's currency one unit of a common base is worth, more than zero
 * @param to how much of `currencyCode` it is worth
 */
export function convert(money: Amount, from: Decimal, to: Decimal, currencyCode: string): Amount {
  const nanos = inNanos(money) * to.digits * from.scale
  return amount(currencyCode, nearest(nanos, from.digits * to.scale))
}

/**
 * Reads a number such as `1.1305`.
 * @throws MoneyProblem when the text is anything else
 */
export function decimal(text: string): Decimal {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined)
    throw new MoneyProblem(`${JSON.stringify(text)} is not a decimal number such as 1.1305`)
  return { digits: BigInt(whole + fraction), scale: 10n ** BigInt(fraction.length) }
}

/** For people, rounded to the currency's smallest coin: `$19.99`, `¥2,235`. */
export function format(money: Amount, locale = 'en-US'): string {
  const nanos = inNanos(money)
  const [sign, size] = nanos < 0n ? ['-', -nanos] : ['', nanos]
  const exact = `${sign}${size / BILLION}.${String(size % BILLION).padStart(9, '0')}` as `${number}`
  return new Intl.NumberFormat(locale, { style: 'currency', currency: money.currencyCode }).format(exact)
}

function nearest(numerator: bigint, denominator: bigint): bigint {
  const half = numerator < 0n ? -denominator : denominator
  return (2n * numerator + half) / (2n * denominator)
}

function sameCurrency(a: Amount, b: Amount): void {
  if (a.currencyCode === b.currencyCode) return
  throw new MoneyProblem(
    `${a.currencyCode} and ${b.currencyCode} are different currencies; convert one of them first`,
  )
}
