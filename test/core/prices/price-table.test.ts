import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { articleOf } from '../../../core/prices/articles.ts'
import { type PriceTable, priceOf, readPriceTable } from '../../../core/prices/price-table.ts'
import { tableText } from '../../../core/prices/table-text.ts'
import { prices } from '../../support/prices.ts'

const shipped = readFileSync('resources/prices.json', 'utf8')

describe('the price table', () => {
  it('is what it was after it has been a file', () => {
    expect(readPriceTable(JSON.parse(tableText(prices)))).toEqual(prices)
    expect(tableText(prices)).toContain('"table/write": 0.000000705')
    expect(
      tableText(prices)
        .split('\n')
        .every((line) => line.length <= 110),
    ).toBe(true)
  })

  const [reading] = prices.regions['eu-west-1'] ?? []
  const of = (other: object) => ({ ...prices, regions: { 'eu-west-1': [{ ...reading, ...other }] } })
  it.each<[string, unknown, string | RegExp]>([
    ['no table', 7, /^Invalid input/],
    ['another format', { ...prices, format: 2 }, /^format /],
    ['a figure below zero', of({ prices: { alarm: -1 } }), /^regions\.eu-west-1\.0\.prices\.alarm /],
    ['no day', of({ read: 'today' }), 'regions.eu-west-1.0.read must be a day such as 2026-01-31'],
    [
      'an article that there is not',
      of({ prices: { boat: 1 } }),
      'regions.eu-west-1: there is no article boat',
    ],
    [
      'two prices for one article',
      { ...prices, regions: { 'eu-west-1': [reading, reading] } },
      'regions.eu-west-1: instance/t3.micro has two prices',
    ],
  ])('is refused in one sentence with %s', (_what, value, wrong) => {
    const read = readPriceTable(value)
    const said = 'wrong' in read ? read.wrong : ''
    if (typeof wrong === 'string') expect(said).toBe(wrong)
    else expect(said).toMatch(wrong)
  })

  it.each([
    [
      'mars-1',
      'nat/hour',
      'no prices of mars-1 are recorded; "nanofleet prices update --region mars-1" reads them from AWS',
    ],
    [
      'eu-west-1',
      'instance/x9.huge',
      'the price of instance x9.huge in eu-west-1 is not recorded; "nanofleet prices update --region eu-west-1" reads them from AWS',
    ],
  ])('says in one sentence that a price is missing: %s, %s', (region, key, unknown) => {
    expect(priceOf(prices, region, key)).toEqual({ unknown })
  })

  it('that is shipped is whole, and each figure in it has its source and day', () => {
    const table = readPriceTable(JSON.parse(shipped)) as PriceTable
    expect(table).not.toHaveProperty('wrong')
    expect(tableText(table)).toBe(shipped)
    expect(Object.keys(table.regions)).toEqual(expect.arrayContaining(['eu-west-1', 'us-east-1']))
    for (const { list, read, published = read, prices } of Object.values(table.regions).flat()) {
      expect([list, published <= read]).toEqual([list, true])
      for (const [key, dollars] of Object.entries(prices)) expect([key, dollars > 0]).toEqual([key, true])
    }
  })

  it('that is shipped has everything that web and the platform make in the usual region', () => {
    const table = readPriceTable(JSON.parse(shipped)) as PriceTable
    const fixed = ['instance/t3.micro', 'instance/t3.small', 'nat/hour', 'address/hour', 'alarm', 'metric']
    const balancers = ['application-balancer', 'network-balancer'].flatMap((kind) => [
      `${kind}/hour`,
      `${kind}/capacity`,
    ])
    const byUse = ['volume/gp2', 'snapshot', 'nat/gb', 'transfer/zone', 'transfer/out', 'build/minute']
    const data = ['table/read', 'table/write', 'table/storage', 'bucket/storage', 'queue/request']
    for (const key of [...fixed, ...balancers, ...byUse, ...data])
      expect([key, priceOf(table, 'eu-west-1', key)]).toEqual([
        key,
        expect.objectContaining({ dollars: expect.any(Number) }),
      ])
  })

  it.each(['instance/', 'instance/t3', 'instance/T3.MICRO', 'toString', 'broker/../x', ''])(
    'knows no article %s',
    (key) => {
      expect(articleOf(key)).toBeUndefined()
    },
  )
})
