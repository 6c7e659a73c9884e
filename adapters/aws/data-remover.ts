import { DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { DeleteBucketCommand, NoSuchBucket } from '@aws-sdk/client-s3'
import { DeleteQueueCommand } from '@aws-sdk/client-sqs'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { StackPart } from '../../core/template/stacks.ts'
import { BucketEmptier } from './bucket-emptier.ts'
import type { HoldingClients } from './holdings.ts'
import type { KafkaRemover } from './kafka-remover.ts'

const MISSING = /^(ResourceNotFoundException|NoSuchBucket|QueueDoesNotExist)$/

/** Deletes tables, buckets, queues and Kafka clusters, with all they hold. */
export class DataRemover {
  readonly #clients: HoldingClients

  readonly #kafka: Pick<KafkaRemover, 'remove'>

  constructor(clients: HoldingClients, kafka: Pick<KafkaRemover, 'remove'>) {
    this.#clients = clients
    this.#kafka = kafka
  }

  async remove(resource: StackPart): Promise<void> {
    try {
      await this.#delete(resource)
    } catch (error) {
      if (error instanceof NoSuchBucket || (error instanceof Error && MISSING.test(error.name))) return
      throw error
    }
  }

  async #delete(part: StackPart): Promise<void> {
    const { type, id } = part
    const { documents, s3, sqs } = this.#clients
    switch (type) {
      case 'AWS::DynamoDB::Table':
        await documents().send(new DeleteTableCommand({ TableName: id }))
        return
      case 'AWS::S3::Bucket':
        await new BucketEmptier(s3()).empty(id)
        await s3().send(new DeleteBucketCommand({ Bucket: id }))
        return
      case 'AWS::SQS::Queue':
        await sqs().send(new DeleteQueueCommand({ QueueUrl: id }))
        return
      default:
        if (await this.#kafka.remove(part)) return
        throw new ServiceFailure(`nothing here deletes a ${type}; delete it in AWS`)
    }
  }
}
