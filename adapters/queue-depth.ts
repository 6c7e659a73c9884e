import { GetQueueAttributesCommand, GetQueueUrlCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { ServiceFailure } from '../core/errors.ts'

/**
 * How many messages wait in a queue, about: SQS counts with a delay of up to a minute.
 * @throws ServiceFailure when SQS does not tell
 */
export async function queueDepth(sqs: SQSClient, name: string): Promise<number> {
  try {
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }))
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
