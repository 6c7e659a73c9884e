import { SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, it } from '@jest/globals'
import { queueDepth } from '../../../adapters/aws/queue-depth.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

async function depth(answers: Record<string, Answer>) {
  aws = new CannedAws({ GetQueueUrl: { QueueUrl: 'http://127.0.0.1:1/q' }, ...answers })
  return queueDepth(new SQSClient(await aws.start()), 'q')
}

describe('the depth of a queue', () => {
  it('is the number of messages that SQS counts', async () => {
    expect(await depth({ GetQueueAttributes: { Attributes: { ApproximateNumberOfMessages: '3' } } })).toBe(3)
  })

  it('is not told of a queue that is not there', async () => {
    await expect(depth({ GetQueueUrl: { error: 'QueueDoesNotExist' } })).rejects.toThrow(
      'There is no queue q; deploy the control plane of the stage first',
    )
  })
})
