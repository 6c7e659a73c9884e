import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs'
import type { Context } from '../../cli/context.ts'

/** A queue just for one suite. */
export interface OwnQueue {
  url: string
  arn: string
  /** Takes what arrives within this many seconds; returns as soon as something has. */
  arrivals(seconds: number): Promise<string[]>
  stop(): Promise<void>
}

/** Creates the queue. */
export async function ownQueue(context: Context, name: string): Promise<OwnQueue> {
  const sqs = context.sqs()
  const { QueueUrl = '' } = await sqs.send(
    new CreateQueueCommand({ QueueName: `contract-${name}-${process.pid}` }),
  )
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  )
  return {
    url: QueueUrl,
    arn: Attributes?.QueueArn ?? '',
    arrivals: async (WaitTimeSeconds) => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10 }),
      )
      if (Messages.length > 0) {
        const Entries = Messages.map(({ MessageId, ReceiptHandle }) => ({ Id: MessageId, ReceiptHandle }))
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }))
      }
      return Messages.map(({ Body = '' }) => Body)
    },
    stop: async () => void (await sqs.send(new DeleteQueueCommand({ QueueUrl }))),
  }
}
