import { monthText } from './money.ts'
import { type PriceTable, priceOf, type Reading } from './price-table.ts'

/** What something costs a month for as long as it only lies there. */
export type AtRest =
  | { dollars: number; source: Omit<Reading, 'prices'> }
  | { free: string }
  | { unknown: string }

/** By the types of what holds data, and for images and backups. */
const STORAGE: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'table/storage',
  'AWS::S3::Bucket': 'bucket/storage',
  backup: 'table/backup',
  image: 'snapshot',
}

/** AWS counts gigabytes of 2^30 bytes. */
const GIGABYTE = 2 ** 30

/**
 * What data costs a month. SQS has no price for storing messages, it bills requests
 * (aws.amazon.com/sqs/pricing).
 * @param type of CloudFormation, `backup` or `image`
 * @param bytes undefined when nobody knows how much it is
 */
export function costAtRest(
  table: PriceTable,
  region: string,
  type: string,
  bytes: number | undefined,
): AtRest {
  if (type === 'AWS::SQS::Queue') return { free: 'SQS bills requests' }
  const price = priceOf(table, region, STORAGE[type] ?? type)
  if ('unknown' in price) return price
  if (bytes === undefined) return { unknown: 'its size is not known' }
  return { dollars: (bytes / GIGABYTE) * price.dollars, source: price.source }
}

/** `$1.25`, `less than $0.01`, `$0`, `not known`. */
export function atRestText(cost: AtRest): string {
  if ('unknown' in cost) return 'not known'
  return monthText('free' in cost ? 0 : cost.dollars)
}
