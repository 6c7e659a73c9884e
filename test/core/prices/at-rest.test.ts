import { describe, expect, it } from '@jest/globals'
import { AT_REST, costAtRest, costText } from '../../../core/prices/at-rest.ts'

const TABLE = 'AWS::DynamoDB::Table'
const PRICES = { 'eu-west-1': { [TABLE]: { dollars: 0.5, source: 'a price list', read: '2026-01-31' } } }
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
    expect(costText(costAtRest('eu-west-1', type, bytes, PRICES))).toBe(text)
  })

  it.each([
    ['us-east-1', 1, 'no price of it in us-east-1 is recorded'],
    ['eu-west-1', undefined, 'its size is not known'],
  ])('is not known, for a reason: %s, %s bytes', (region, bytes, unknown) => {
    expect(costAtRest(region, TABLE, bytes, PRICES)).toEqual({ unknown })
  })

  it('says where its price is from', () => {
    expect(costAtRest('eu-west-1', TABLE, GIGABYTE, PRICES)).toEqual({
      dollars: 0.5,
      source: 'a price list',
      read: '2026-01-31',
    })
  })

  it('has for every figure where AWS publishes it, and when it was read', () => {
    for (const price of Object.values(AT_REST).flatMap((prices) => Object.values(prices))) {
      expect(price.source).toMatch(/^https:\/\/([a-z0-9.-]+\.)?(aws\.amazon\.com|amazonaws\.com)\//)
      expect(price.read).toMatch(/^20\d\d-\d\d-\d\d$/)
    }
  })
})
