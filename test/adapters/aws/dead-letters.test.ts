import { SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, it } from '@jest/globals'
import { readDeadLetters, sendAgain } from '../../../adapters/aws/dead-letters.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

const pair = { queueUrl: 'http://127.0.0.1/0/register', deadLettersUrl: 'http://127.0.0.1/0/dead' }
const message = (id: string, sent: number) => ({
  MessageId: id,
  ReceiptHandle: `handle-${id}`,
  Body: `body of ${id}`,
  Attributes: { SentTimestamp: String(sent) },
})
const received = (...Messages: object[]) => ({ Messages })
const sent = (...ids: string[]) => ({ Successful: ids.map((Id) => ({ Id })) })

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

/** What SQS was asked for, in this order, and with which handles. */
const asked = () =>
  (aws?.calls ?? []).map(({ action, body }) => {
    const { Entries = [] } = JSON.parse(body) as { Entries?: { ReceiptHandle?: string }[] }
    const handles = Entries.flatMap(({ ReceiptHandle }) => ReceiptHandle ?? [])
    return [action, ...handles].join(' ')
  })

async function queue(answers: Record<string, Answer | Answer[]>): Promise<SQSClient> {
  aws = new CannedAws(answers)
  return new SQSClient({ ...(await aws.start()), useQueueUrlAsEndpoint: false, md5: false })
}

describe('dead letters', () => {
  it('are read to the last one, the oldest first, and are there for others again', async () => {
    const sqs = await queue({
      ReceiveMessage: [received(message('b', 2), message('a', 1)), received(message('c', 3)), {}],
    })
    const letters = await readDeadLetters(sqs, pair)
    expect(letters.map(({ id, sentAt, body }) => [id, sentAt.getTime(), body])).toEqual([
      ['a', 1, 'body of a'],
      ['b', 2, 'body of b'],
      ['c', 3, 'body of c'],
    ])
    expect(asked().at(-1)).toBe('ChangeMessageVisibilityBatch handle-b handle-a handle-c')
  })

  it('are deleted after the queue has taken them', async () => {
    const sqs = await queue({
      ReceiveMessage: [received(message('a', 1), message('b', 2)), {}],
      SendMessageBatch: sent('0', '1'),
    })
    expect(await sendAgain(sqs, pair)).toBe(2)
    expect(asked()).toEqual([
      'ReceiveMessage',
      'SendMessageBatch',
      'DeleteMessageBatch handle-a handle-b',
      'ReceiveMessage',
    ])
  })

  it('stay when the queue takes only others, and that is an error', async () => {
    const sqs = await queue({
      ReceiveMessage: [received(message('a', 1), message('b', 2)), {}],
      SendMessageBatch: sent('1'),
    })
    await expect(sendAgain(sqs, pair)).rejects.toThrow('took 1 of 2 messages; the others stay dead letters')
    expect(asked()).toEqual([
      'ReceiveMessage',
      'SendMessageBatch',
      'DeleteMessageBatch handle-b',
      'ChangeMessageVisibilityBatch handle-a',
    ])
  })

  it('stay when the queue takes nothing', async () => {
    const sqs = await queue({
      ReceiveMessage: received(message('a', 1)),
      SendMessageBatch: { error: 'KmsDisabled' },
    })
    await expect(sendAgain(sqs, pair)).rejects.toThrow('takes no message')
    expect(asked()).not.toContainEqual(expect.stringMatching(/^Delete/))
  })
})
