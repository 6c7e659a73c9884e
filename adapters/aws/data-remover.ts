import { DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { DeleteBucketCommand, NoSuchBucket } from '@aws-sdk/client-s3'
import { DeleteQueueCommand } from '@aws-sdk/client-sqs'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { StackPart } from '../../core/template/stacks.ts'
import { BucketEmptier } from './bucket-emptier.ts'
import type { HoldingClients } from './holdings.ts'

const MISSING = /^(ResourceNotFoundException|NoSuchBucket|QueueDoesNotExist)$/

/** Deletes tables, buckets and queues, with all they hold. */
export class DataRemover {
  readonly #clients: HoldingClients

  constructor(clients: HoldingClients) {
    this.#clients = clients
  }

  async remove(resource: StackPart): Promise<void> {
    try {
      await this.#delete(resource)
    } catch (error) {
      if (error instanceof NoSuchBucket || (error instanceof Error && MISSING.test(error.name))) return
      throw error
    }
  }

  async #delete({ type, id }: StackPart): Promise<void> {
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
        throw new ServiceFailure(`nothing here deletes a ${type}; delete it in AWS`)
    }
  }
}
