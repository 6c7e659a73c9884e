import { ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3'
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { ScanCommand } from '@aws-sdk/lib-dynamodb'
import type { Holdings, Known } from '../../core/deploy/holdings.ts'
import type { StackPart } from '../../core/template/stacks.ts'

/** Clients of the services that hold data. */
export interface HoldingClients {
  documents: () => DynamoDBDocumentClient
  s3: () => S3Client
  sqs: () => SQSClient
  /** The brokers of a Kafka cluster, by which one is known to exist; absent where nobody needs to know. */
  brokers?: (cluster: string) => Promise<unknown>
}

/** Rows and objects that are counted at most: one page, which also a large table answers at once. */
const MOST = 1000

/** Errors of a resource that does not exist, of each service. */
const MISSING =
  /^(ResourceNotFoundException|NotFoundException|NoSuchBucket|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/

/**
 * Counts in the services themselves. A table's own ItemCount is up to six hours old (API Reference,
 * "TableDescription"), so its rows are counted.
 */
export class CountedHoldings implements Holdings {
  readonly #clients: HoldingClients

  constructor(clients: HoldingClients) {
    this.#clients = clients
  }

  async of({ type, id }: Pick<StackPart, 'type' | 'id'>): Promise<Known> {
    try {
      if (type === 'AWS::DynamoDB::Table') return await this.#rows(id)
      if (type === 'AWS::S3::Bucket') return await this.#objects(id)
      if (type === 'AWS::SQS::Queue') return await this.#messages(id)
      if (type === 'AWS::MSK::Cluster') await this.#clients.brokers?.(id)
      return { unknown: `nothing here counts what a ${type} holds` }
    } catch (error) {
      const told = Object(error) as { name?: string; code?: string; message?: string }
      const { code, name = '', message = String(error) } = told
      return MISSING.test(code ?? name) ? { missing: true } : { unknown: message }
    }
  }

  async #rows(table: string): Promise<Known> {
    const page = await this.#clients
      .documents()
      .send(new ScanCommand({ TableName: table, Select: 'COUNT', Limit: MOST, ConsistentRead: true }))
    return { holding: { what: 'rows', count: page.Count ?? 0, ...(page.LastEvaluatedKey && { more: true }) } }
  }

  /** Earlier versions count, too: they can be brought back. */
  async #objects(bucket: string): Promise<Known> {
    const page = await this.#clients
      .s3()
      .send(new ListObjectVersionsCommand({ Bucket: bucket, MaxKeys: MOST }))
    const count = page.Versions?.length ?? 0
    return { holding: { what: 'objects', count, ...(page.IsTruncated && { more: true }) } }
  }

  async #messages(queue: string): Promise<Known> {
    const { Attributes = {} } = await this.#clients.sqs().send(
      new GetQueueAttributesCommand({
        QueueUrl: queue,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesDelayed',
          'ApproximateNumberOfMessagesNotVisible',
        ],
      }),
    )
    const count = Object.values(Attributes).reduce((sum, value) => sum + Number(value), 0)
    return { holding: { what: 'messages', count, about: true } }
  }
}
