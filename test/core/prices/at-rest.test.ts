import { describe, expect, it } from '@jest/globals'
import { atRestText, costAtRest } from '../../../core/prices/at-rest.ts'
import { hourText, monthText, unitText } from '../../../core/prices/money.ts'
import { quotedText, sourcesText, sourceText } from '../../../core/prices/source-text.ts'
import { prices } from '../../support/prices.ts'

const TABLE = 'AWS::DynamoDB::Table'
const GIGABYTE = 2 ** 30

describe('what data costs a month', () => {
  it.each([
    ['two gigabytes', TABLE, 2 * GIGABYTE, '$1.00'],
    ['a row', TABLE, 100, 'less than $0.01'],
    ['nothing', TABLE, 0, '$0'],
    ['an unknown size', TABLE, undefined, 'not known'],
    ['another type', 'AWS::S3::Bucket', 1, 'not known'],
    ['a queue', 'AWS::SQS::Queue', undefined, '$0'],
  ])('of %s', (_what, type, bytes, text) => {
    expect(atRestText(costAtRest(prices, 'eu-west-1', type, bytes))).toBe(text)
  })

  it.each([
    [
      'us-east-1',
      1,
      'no prices of us-east-1 are recorded; "nanofleet prices update --region us-east-1" reads them from AWS',
    ],
    ['eu-west-1', undefined, 'its size is not known'],
  ])('is not known, for a reason: %s, %s bytes', (region, bytes, unknown) => {
    expect(costAtRest(prices, region, TABLE, bytes)).toEqual({ unknown })
  })

  it('says where its price is from', () => {
    const cost = costAtRest(prices, 'eu-west-1', TABLE, GIGABYTE)
    expect(cost).toEqual({
      dollars: 0.5,
      source: { list: 'AmazonDynamoDB', read: '2026-02-01', quotedBy: 'github.com/some/body' },
    })
    const { source } = cost as { source: { list: string; read: string } }
    expect(sourceText(source)).toBe("AWS's price list AmazonDynamoDB, read on 2026-02-01")
    expect(sourcesText([source, { list: 'AmazonEC2', published: '2026-01-30', read: '2026-01-31' }])).toBe(
      "AWS's prices of 2026-01-30 to 2026-02-01",
    )
    const page = { list: 'EBS pricing page', published: '2026-01-30', read: '2026-01-31' }
    expect(sourceText(page)).toBe("AWS's EBS pricing page of 2026-01-30")
    expect([sourcesText([source]), sourcesText([])]).toEqual(["AWS's prices of 2026-02-01", 'no prices'])
  })
})

describe('prices that others quote', () => {
  const own = { list: 'AmazonEC2', read: '2026-01-31', prices: { snapshot: 0.05 } }
  const quoted = { ...own, quotedBy: 'github.com/some/body', prices: { 'volume/gp2': 1, 'volume/gp3': 1 } }

  it.each([
    [[own], undefined],
    [[own, quoted], /^2 of these prices are as public repositories quote AWS/],
    [[quoted], /^These prices are as public repositories quote AWS/],
  ])('are counted, and not named (%#)', (readings, words) => {
    const text = quotedText(readings)
    if (words === undefined) return expect(text).toBeUndefined()
    expect(text).toMatch(words)
    expect(text).not.toContain('github.com')
  })
})

describe('money', () => {
  it.each([
    [monthText(0), '$0'],
    [monthText(0.009), 'less than $0.01'],
    [monthText(16.644), '$16.64'],
    [hourText(0), '$0'],
    [hourText(0.00009), 'less than $0.0001'],
    [hourText(0.0114), '$0.0114'],
    [unitText(7.05e-7, 'request'), '$0.705 per million'],
    [unitText(0.000025, 'transition'), '$0.025 per thousand'],
    [unitText(0.0000166667, 'GB-second'), '$16.6667 per million GB-seconds'],
    [unitText(0.05, 'GB-month'), '$0.05 per GB and month'],
    [unitText(0.008, 'unit-hour'), '$0.008 per unit and hour'],
    [unitText(1, 'month'), '$1.00 per month'],
  ])('reads %s', (text, expected) => {
    expect(text).toBe(expected)
  })
})
