import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Bill, costOf, together } from '../../../core/prices/bill.ts'
import { HOURS } from '../../../core/prices/money.ts'
import { prices } from '../../support/prices.ts'

const REGION = 'eu-west-1'
const KNOWN = ['instance/t3.micro', 'instance/t3.small', 'nat/hour', 'alarm']
const BY_USE = ['nat/gb', 'table/write', 'table/storage', 'transfer/out', 'snapshot']

const bills = (articles: readonly string[]): fc.Arbitrary<Bill> =>
  fc.record({
    fixed: fc.array(
      fc.record({
        article: fc.constantFrom(...articles),
        quantity: fc.nat(50),
        of: fc.constantFrom('shop', 'shop/web', 'platform'),
      }),
    ),
    byUse: fc.uniqueArray(fc.constantFrom(...BY_USE)),
  })
const any = bills([...KNOWN, 'instance/x9.huge'])
const nothing = together()

describe('the cost of a change', () => {
  it('is that of its parts together', () => {
    fc.assert(
      fc.property(bills(KNOWN), bills(KNOWN), (one, other) => {
        const all = costOf(prices, REGION, nothing, together(one, other)).after
        const [first, second] = [one, other].map((bill) => costOf(prices, REGION, nothing, bill).after)
        expect(all.hour).toBeCloseTo((first?.hour ?? 0) + (second?.hour ?? 0), 9)
        expect(all.month).toBeCloseTo((first?.month ?? 0) + (second?.month ?? 0), 6)
      }),
    )
  })

  it('is nothing where nothing changes: before and after are equal, in the sum and in each line', () => {
    fc.assert(
      fc.property(any, (bill) => {
        const { before, after, lines } = costOf(prices, REGION, bill, bill)
        expect(after).toEqual(before)
        for (const line of lines) expect(line.after).toEqual(line.before)
      }),
    )
  })

  it('has an hour for each month, whatever the price is by', () => {
    fc.assert(
      fc.property(any, any, (before, after) => {
        for (const sum of Object.values(costOf(prices, REGION, before, after)).flatMap(sums))
          expect(sum.month).toBeCloseTo(sum.hour * HOURS, 6)
      }),
    )
  })

  it('is whole exactly if every price in it is known, and each missing one is told once', () => {
    fc.assert(
      fc.property(any, any, (before, after) => {
        const cost = costOf(prices, REGION, before, after)
        const missing = (bill: Bill) =>
          bill.fixed.some(({ article, quantity }) => quantity > 0 && !KNOWN.includes(article))
        expect(cost.after.whole).toBe(!missing(after))
        expect(cost.before.whole).toBe(!missing(before))
        expect(new Set(cost.unknown).size).toBe(cost.unknown.length)
      }),
    )
  })

  it('names by use only what is there afterwards', () => {
    const before: Bill = { fixed: [], byUse: ['nat/gb', 'snapshot'] }
    const after: Bill = { fixed: [], byUse: ['snapshot', 'table/storage'] }
    const { byUse, stays } = costOf(prices, REGION, before, after)
    expect(byUse).toEqual([
      { article: 'snapshot', what: 'snapshots of images', unit: 'GB-month' },
      { article: 'table/storage', what: 'rows of tables', unit: 'GB-month', dollars: 0.5 },
    ])
    expect(stays).toEqual(byUse)
  })
})

const sums = (value: unknown): { hour: number; month: number }[] =>
  value !== null && typeof value === 'object' && 'month' in value
    ? [value as { hour: number; month: number }]
    : []
