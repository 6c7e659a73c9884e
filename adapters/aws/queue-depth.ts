import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  QueueDoesNotExist,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { NotFound, ServiceFailure } from '../../core/base/errors.ts'

/**
 * Approximate number of messages in a queue: SQS counts with a delay of up to a minute.
 * @throws ServiceFailure when SQS does not tell
 */
export async function queueDepth(sqs: SQSClient, name: string): Promise<number> {
  const QueueUrl = await queueUrl(sqs, name)
  try {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
    )
    return Number(Attributes?.ApproximateNumberOfMessages ?? 0)
  } catch (cause) {
    throw new ServiceFailure(`SQS does not tell how many messages are in ${name}: ${String(cause)}`, {
      cause,
    })
  }
}

/**
 * Where a queue is.
 * @throws NotFound when there is none of this name
 * @throws ServiceFailure when SQS does not tell
 */
export async function queueUrl(sqs: SQSClient, name: string): Promise<string> {
  try {
    const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }))
    return QueueUrl
  } catch (cause) {
    if (cause instanceof QueueDoesNotExist)
      throw new NotFound(`There is no queue ${name}; deploy the control plane of the stage first`)
    throw new ServiceFailure(`SQS does not tell where the queue ${name} is: ${String(cause)}`, { cause })
  }
}
