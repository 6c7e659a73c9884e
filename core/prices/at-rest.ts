/** What one gigabyte costs for a month. */
interface GigabyteMonth {
  dollars: number
  /** Where AWS publishes it. */
  source: string
  /** When it was read there: `2026-01-31`. */
  read: string
}

/** Each kind of storage that an app's data lies in. */
export type Storage = 'AWS::DynamoDB::Table' | 'AWS::S3::Bucket' | 'backup'

/**
 * Prices of storage by region. A figure gets in only from AWS's own price list, with its source and the day
 * on which it was read there; what has none is not known, and is shown so.
 */
export const AT_REST: Readonly<Record<string, Partial<Record<Storage, GigabyteMonth>>>> = {
  'eu-west-1': {},
  'us-east-1': {},
}

/** What something costs for as long as it only lies there. */
export type Cost = { dollars: number; source: string; read: string } | { free: string } | { unknown: string }

/** DynamoDB and S3 count gigabytes of 2^30 bytes. */
const GIGABYTE = 2 ** 30

/**
 * What data costs a month. SQS has no price for storing messages, it bills requests
 * (aws.amazon.com/sqs/pricing).
 * @param bytes undefined when nobody knows how much it is
 */
export function costAtRest(
  region: string,
  type: string,
  bytes: number | undefined,
  prices: typeof AT_REST = AT_REST,
): Cost {
  if (type === 'AWS::SQS::Queue') return { free: 'SQS bills requests' }
  const price = prices[region]?.[type as Storage]
  if (!price) return { unknown: `no price of it in ${region} is recorded` }
  if (bytes === undefined) return { unknown: 'its size is not known' }
  const { dollars, source, read } = price
  return { dollars: (bytes / GIGABYTE) * dollars, source, read }
}

/** `$1.25`, `less than $0.01`, `$0`, `not known`. */
export function costText(cost: Cost): string {
  if ('unknown' in cost) return 'not known'
  if ('free' in cost || cost.dollars === 0) return '$0'
  return cost.dollars < 0.01 ? 'less than $0.01' : `$${cost.dollars.toFixed(2)}`
}
