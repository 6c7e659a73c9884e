/** What one of an article is: what lasts has a price by the hour or month, all else by use. */
export type Unit =
  | 'hour'
  | 'month'
  | 'GB-month'
  | 'GB'
  | 'request'
  | 'unit-hour'
  | 'minute'
  | 'transition'
  | 'GB-second'

/** A thing that AWS has a price for, and how its price lists call it. */
export interface Article {
  /** The price list, as in `offers/v1.0/aws/<list>/`. */
  list: string
  what: string
  unit: Unit
  /** All of a product's usage type, but for the prefix of its region. */
  usage: RegExp
  /** Of products that share a usage type. */
  operation?: string
}

const article = (list: string, what: string, unit: Unit, usage: RegExp, operation?: string): Article => ({
  list,
  what,
  unit,
  usage,
  ...(operation !== undefined && { operation }),
})

/**
 * Everything that an app, the platform or the control plane makes and that AWS bills, and what may come next.
 * Instances are in `INSTANCE` and `BROKER`, as there is one article for each type.
 */
const ARTICLES: Readonly<Record<string, Article>> = {
  'volume/gp2': article('AmazonEC2', 'volumes of instances (gp2)', 'GB-month', /^EBS:VolumeUsage\.gp2$/),
  'volume/gp3': article('AmazonEC2', 'volumes of instances (gp3)', 'GB-month', /^EBS:VolumeUsage\.gp3$/),
  snapshot: article('AmazonEC2', 'snapshots of images', 'GB-month', /^EBS:SnapshotUsage$/),
  'nat/hour': article('AmazonEC2', 'NAT gateway', 'hour', /^NatGateway-Hours$/, 'NatGateway'),
  'nat/gb': article(
    'AmazonEC2',
    'what goes through the NAT gateway',
    'GB',
    /^NatGateway-Bytes$/,
    'NatGateway',
  ),
  'application-balancer/hour': article(
    'AWSELB',
    'application load balancer',
    'hour',
    /^LoadBalancerUsage$/,
    'LoadBalancing:Application',
  ),
  'application-balancer/capacity': article(
    'AWSELB',
    'capacity of the application load balancer',
    'unit-hour',
    /^LCUUsage$/,
    'LoadBalancing:Application',
  ),
  'network-balancer/hour': article(
    'AWSELB',
    'network load balancer',
    'hour',
    /^LoadBalancerUsage$/,
    'LoadBalancing:Network',
  ),
  'network-balancer/capacity': article(
    'AWSELB',
    'capacity of the network load balancer',
    'unit-hour',
    /^LCUUsage$/,
    'LoadBalancing:Network',
  ),
  'address/hour': article('AmazonVPC', 'public IPv4 address', 'hour', /^PublicIPv4:InUseAddress$/),
  'endpoint/hour': article('AmazonVPC', 'VPC endpoint in one zone', 'hour', /^VpcEndpoint-Hours$/),
  'endpoint/gb': article('AmazonVPC', 'what goes through VPC endpoints', 'GB', /^VpcEndpoint-Bytes$/),
  'transfer/zone': article(
    'AWSDataTransfer',
    'data between zones, in each direction',
    'GB',
    /^DataTransfer-Regional-Bytes$/,
  ),
  'transfer/out': article('AWSDataTransfer', 'data out to the internet', 'GB', /^DataTransfer-Out-Bytes$/),
  'table/write': article('AmazonDynamoDB', 'writes to tables', 'request', /^WriteRequestUnits$/),
  'table/read': article('AmazonDynamoDB', 'reads of tables', 'request', /^ReadRequestUnits$/),
  'table/write-capacity': article(
    'AmazonDynamoDB',
    'write capacity of a table',
    'hour',
    /^WriteCapacityUnit-Hrs$/,
  ),
  'table/read-capacity': article(
    'AmazonDynamoDB',
    'read capacity of a table',
    'hour',
    /^ReadCapacityUnit-Hrs$/,
  ),
  'table/storage': article('AmazonDynamoDB', 'rows of tables', 'GB-month', /^TimedStorage-ByteHrs$/),
  'table/history': article(
    'AmazonDynamoDB',
    'point-in-time recovery of tables',
    'GB-month',
    /^TimedPITRStorage-ByteHrs$/,
  ),
  'table/backup': article('AmazonDynamoDB', 'backups of tables', 'GB-month', /^TimedBackupStorage-ByteHrs$/),
  'table/restore': article('AmazonDynamoDB', 'restoring tables', 'GB', /^RestoreDataSize-Bytes$/),
  'bucket/storage': article('AmazonS3', 'objects in buckets', 'GB-month', /^TimedStorage-ByteHrs$/),
  'bucket/write': article('AmazonS3', 'writes to buckets', 'request', /^Requests-Tier1$/),
  'bucket/read': article('AmazonS3', 'reads of buckets', 'request', /^Requests-Tier2$/),
  'queue/request': article('AWSQueueService', 'requests to queues', 'request', /^Requests-(RBP|Tier1)$/),
  'queue/fifo-request': article(
    'AWSQueueService',
    'requests to FIFO queues',
    'request',
    /^Requests-FIFO-(RBP|Tier1)$/,
  ),
  'topic/request': article('AmazonSNS', 'messages to topics', 'request', /^Requests-Tier1$/),
  'logs/write': article('AmazonCloudWatch', 'log lines', 'GB', /^DataProcessing-Bytes$/, 'PutLogEvents'),
  'logs/storage': article('AmazonCloudWatch', 'logs', 'GB-month', /^TimedStorage-ByteHrs$/),
  alarm: article('AmazonCloudWatch', 'alarm', 'month', /^CW:AlarmMonitorUsage$/),
  metric: article('AmazonCloudWatch', 'metric of our own', 'month', /^CW:MetricMonitorUsage$/),
  'function/request': article('AWSLambda', 'calls of functions', 'request', /^Request$/),
  'function/time': article('AWSLambda', 'time of functions', 'GB-second', /^Lambda-GB-Second$/),
  'function/time-arm': article(
    'AWSLambda',
    'time of functions on arm64',
    'GB-second',
    /^Lambda-GB-Second-ARM$/,
  ),
  'workflow/transition': article('AmazonStates', 'steps of workflows', 'transition', /^StateTransition$/),
  'build/minute': article('CodeBuild', 'image builds', 'minute', /^Build-Min:Linux:g1\.medium$/),
  'build/minute-arm': article('CodeBuild', 'image builds on arm64', 'minute', /^Build-Min:ARM:g1\.medium$/),
  'registry/storage': article('AmazonECR', 'mirrored images', 'GB-month', /^TimedStorage-ByteHrs$/),
  key: article('awskms', 'key of our own', 'month', /^KMS-Keys$/),
  'key/request': article('awskms', 'uses of keys', 'request', /^KMS-Requests$/),
  'trace/stored': article('AWSXRay', 'traces', 'request', /^XRay-TracesStored$/),
  'broker/storage': article('AmazonMSK', 'storage of Kafka brokers', 'GB-month', /^Kafka\.Storage\.GP2$/),
  'authority/month': article('AWSCertificateManager', 'private authority', 'month', /^PaidPrivateCA$/),
  'authority/short-lived': article(
    'AWSCertificateManager',
    'private authority for short-lived certificates',
    'month',
    /^ShortLivedCertificatePrivateCA$/,
  ),
}

const INSTANCE = /^instance\/([a-z0-9-]+\.[a-z0-9-]+)$/
const BROKER = /^broker\/([a-z0-9-]+\.[a-z0-9-]+)$/

/** @returns undefined for a key that there is not */
export function articleOf(key: string): Article | undefined {
  const [, type] = INSTANCE.exec(key) ?? []
  if (type !== undefined)
    return article('AmazonEC2', `instance ${type}`, 'hour', exactly(`BoxUsage:${type}`), 'RunInstances')
  const [, broker] = BROKER.exec(key) ?? []
  if (broker !== undefined)
    return article('AmazonMSK', `Kafka broker ${broker}`, 'hour', exactly(`Kafka.${broker}`))
  return Object.hasOwn(ARTICLES, key) ? ARTICLES[key] : undefined
}

const exactly = (text: string): RegExp => new RegExp(`^${text.replaceAll('.', '\\.')}$`)

/** Every price list that has an article of ours. */
export const PRICE_LISTS: readonly string[] = [...new Set(Object.values(ARTICLES).map(({ list }) => list))]

/** The articles of a price list that have a name of their own. */
export const articlesOf = (list: string): [string, Article][] =>
  Object.entries(ARTICLES).filter(([, each]) => each.list === list)
