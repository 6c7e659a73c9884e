import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { RATES } from '../../../apps/boutique/currencyservice/rates.ts'
import {
  type Amount,
  add,
  amount,
  convert,
  type Decimal,
  decimal,
  flaw,
  format,
  inNanos,
  isPositive,
  multiply,
  sum,
} from '../../../apps/boutique/lib/money.ts'

const usd = (units: bigint, nanos = 0): Amount => ({ currencyCode: 'USD', units, nanos })

/** Amounts up to a billion, of either sign. */
const anAmount = fc
  .bigInt({ min: -(10n ** 18n), max: 10n ** 18n })
  .map((nanos): Amount => amount('USD', nanos))
const aRate = fc.constantFrom(...Object.values(RATES)).map(decimal)
const size = (value: bigint): bigint => (value < 0n ? -value : value)

describe('Adding', () => {
  it.each([
    ['carries into the units', usd(1n, 999_999_999), usd(0n, 1), usd(2n)],
    ['borrows from the units', usd(2n), usd(0n, -1), usd(1n, 999_999_999)],
    ['gives both parts one sign', usd(1n, 500_000_000), usd(-2n), usd(0n, -500_000_000)],
    [
      'keeps what a float would lose',
      usd(9_007_199_254_740_993n),
      usd(0n, 1),
      usd(9_007_199_254_740_993n, 1),
    ],
  ])('%s', (_what, a, b, total) => {
    expect(add(a, b)).toEqual(total)
  })

  it('refuses two currencies', () => {
    expect(() => add(usd(1n), { ...usd(1n), currencyCode: 'EUR' })).toThrow(
      'USD and EUR are different currencies',
    )
  })

  it('refuses what an int64 cannot hold', () => {
    expect(() => add(usd(2n ** 63n - 1n), usd(1n))).toThrow('more than an amount can hold')
  })

  it('does not depend on order or grouping, and zero changes nothing', () => {
    fc.assert(
      fc.property(anAmount, anAmount, anAmount, (a, b, c) => {
        expect(add(a, b)).toEqual(add(b, a))
        expect(add(add(a, b), c)).toEqual(add(a, add(b, c)))
        expect(add(a, usd(0n))).toEqual(a)
      }),
    )
  })

  it('gives amounts that the contract allows', () => {
    fc.assert(fc.property(anAmount, anAmount, (a, b) => flaw(add(a, b)) === undefined))
  })
})

describe('An order', () => {
  it('costs exactly what its items cost one by one', () => {
    const items = fc.array(fc.record({ price: anAmount, quantity: fc.integer({ min: 1, max: 20 }) }), {
      maxLength: 20,
    })
    fc.assert(
      fc.property(items, (lines) => {
        const total = sum(
          'USD',
          lines.map(({ price, quantity }) => multiply(price, quantity)),
        )
        const pieces = lines.flatMap(({ price, quantity }) => Array.from({ length: quantity }, () => price))
        expect(total).toEqual(sum('USD', pieces))
      }),
    )
  })

  it('does not drift over ten thousand cents', () => {
    const cents = Array.from({ length: 10_000 }, () => usd(0n, 10_000_000))
    expect(sum('USD', cents)).toEqual(usd(100n))
  })
})

describe('Converting', () => {
  it.each([
    ['dollars to euros', usd(19n, 990_000_000), '1.1305', '1.0', 17n, 682_441_398],
    ['dollars to yen', usd(8n, 990_000_000), '1.1305', '126.40', 1005n, 162_317_559],
    ['a debt', usd(-1n), '1.1305', '1.0', 0n, -884_564_352],
    ['half a billionth, away from zero', usd(0n, 1), '2', '1', 0n, 1],
    ['half a billionth of a debt, away from zero', usd(0n, -1), '2', '1', 0n, -1],
    ['less than half a billionth, to nothing', usd(0n, 1), '3', '1', 0n, 0],
  ])('turns %s', (_what, money, from, to, units, nanos) => {
    const expected = { currencyCode: 'EUR', units, nanos }
    expect(convert(money, decimal(from), decimal(to), 'EUR')).toEqual(expected)
  })

  it('gives the same amount for the same rate', () => {
    fc.assert(
      fc.property(anAmount, aRate, (money, rate) => {
        expect(convert(money, rate, rate, 'USD')).toEqual(money)
      }),
    )
  })

  it('comes back to within the precision of the coarser of the two currencies', () => {
    const exceeds = (back: Amount, there: Amount, from: Decimal, to: Decimal): boolean => {
      // One rounding of at most half a billionth there, worth from/to here, and one of half a billionth on
      // the way back.
      const off = 2n * size(inNanos(back) - inNanos(there))
      return off * to.digits * from.scale > from.digits * to.scale + to.digits * from.scale
    }
    fc.assert(
      fc.property(anAmount, aRate, aRate, (money, from, to) => {
        const back = convert(convert(money, from, to, 'EUR'), to, from, 'USD')
        expect(exceeds(back, money, from, to)).toBe(false)
      }),
    )
  })

  it('keeps the order of amounts', () => {
    fc.assert(
      fc.property(anAmount, anAmount, aRate, aRate, (a, b, from, to) => {
        const [low, high] = inNanos(a) <= inNanos(b) ? [a, b] : [b, a]
        const [lower, higher] = [low, high].map((money) => inNanos(convert(money, from, to, 'EUR')))
        expect(lower).toBeLessThanOrEqual(higher ?? -1n)
      }),
    )
  })
})

describe('An amount', () => {
  it.each([
    ['an invalid currency code', { currencyCode: 'usd', units: 1n, nanos: 0 }, /"usd" is not a code/],
    ['no code', { currencyCode: '', units: 1n, nanos: 0 }, /"" is not a code/],
    ['too many nanos', usd(1n, 1_000_000_000), /nanos 1000000000/],
    ['two signs', usd(1n, -1), /different signs/],
    ['two signs the other way', usd(-1n, 1), /different signs/],
  ])('is not allowed to have %s', (_what, money, sentence) => {
    expect(flaw(money)).toMatch(sentence)
  })

  it('is positive from one billionth up', () => {
    expect([usd(0n, 1), usd(0n), usd(0n, -1)].map(isPositive)).toEqual([true, false, false])
  })

  it.each([
    [usd(19n, 990_000_000), '$19.99'],
    [usd(0n, 5_000_000), '$0.01'],
    [usd(-1n, -500_000_000), '-$1.50'],
    [usd(9_007_199_254_740_993n), '$9,007,199,254,740,993.00'],
    [{ currencyCode: 'JPY', units: 2235n, nanos: 80_000_000 }, '¥2,235'],
    [{ currencyCode: 'EUR', units: 17n, nanos: 682_441_398 }, '€17.68'],
  ])('reads %p as %p', (money, text) => {
    expect(format(money)).toBe(text)
  })
})

it.each(['', '.5', '1.', '-1', '1,5', '1e3', ' 1'])('A rate is not %p', (text) => {
  expect(() => decimal(text)).toThrow('is not a decimal number')
})
