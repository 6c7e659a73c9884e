import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { ServiceFailure } from '../../core/base/errors.ts'

/** A message that its reader gave up on. */
export interface DeadLetter {
  id: string
  /** When it was first sent; moving it to the dead letters does not change that. */
  sentAt: Date
  body: string
}

/** Addresses of a queue and of the one that takes what could not be handled. */
export interface QueuePair {
  queueUrl: string
  deadLettersUrl: string
}

/** Seconds for which a received message is hidden, even from the same reader. */
const HIDDEN_SECONDS = 30
/**
 * Seconds to wait for a message: long polling asks all servers of SQS (Developer Guide, "short and long
 * polling").
 */
const WAIT_SECONDS = 1
/**
 * At most this many messages are read, in pages of ten: about as many as can be received before the first
 * ones show again.
 */
const MOST = 1000

/**
 * The dead letters, oldest first, at most 1000 of them. They stay where they are; if the read is cut off,
 * those already received are hidden for half a minute.
 * @throws ServiceFailure if SQS does not let them be read
 */
export async function readDeadLetters(sqs: SQSClient, { deadLettersUrl }: QueuePair): Promise<DeadLetter[]> {
  const letters = new Map<string, DeadLetter>()
  const received: Message[] = []
  try {
    while (letters.size < MOST) {
      const messages = await receive(sqs, deadLettersUrl)
      if (messages.length === 0) break
      received.push(...messages)
      for (const message of messages) letters.set(message.MessageId ?? '', letter(message))
    }
  } finally {
    for (let at = 0; at < received.length; at += 10)
      await show(sqs, deadLettersUrl, received.slice(at, at + 10))
  }
  return [...letters.values()].sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime())
}

/**
 * Sends the dead letters through their queue again. Each is deleted only after the queue has taken it: if cut
 * off between the two, it is in both, and its reader sees it twice. StartMessageMoveTask does the same in the
 * background, without visible progress, and a local region may lack it.
 * @returns how many were sent
 * @throws ServiceFailure if the queue does not take one; it and those after it stay dead letters
 */
export async function sendAgain(sqs: SQSClient, { queueUrl, deadLettersUrl }: QueuePair): Promise<number> {
  let count = 0
  for (;;) {
    const messages = await receive(sqs, deadLettersUrl)
    if (messages.length === 0) return count
    const sent = await send(sqs, queueUrl, messages)
    if (sent.length > 0) await remove(sqs, deadLettersUrl, sent)
    count += sent.length
    if (sent.length === messages.length) continue
    const left = messages.filter((message) => !sent.includes(message))
    await show(sqs, deadLettersUrl, left)
    throw new ServiceFailure(
      `the queue ${queueUrl} took ${sent.length} of ${messages.length} messages; the others stay dead letters`,
    )
  }
}

const letter = ({ MessageId = '', Body = '', Attributes }: Message): DeadLetter => ({
  id: MessageId,
  sentAt: new Date(Number(Attributes?.SentTimestamp ?? 0)),
  body: Body,
})

async function receive(sqs: SQSClient, QueueUrl: string): Promise<Message[]> {
  const { Messages = [] } = await asked(`the messages of ${QueueUrl} cannot be received`, () =>
    sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: HIDDEN_SECONDS,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageSystemAttributeNames: ['SentTimestamp'],
      }),
    ),
  )
  return Messages
}

/** @returns the messages that the queue took */
async function send(sqs: SQSClient, QueueUrl: string, messages: Message[]): Promise<Message[]> {
  const Entries = messages.map(({ Body }, index) => ({ Id: String(index), MessageBody: Body }))
  const { Successful = [] } = await asked(`the queue ${QueueUrl} takes no message`, () =>
    sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries })),
  )
  const taken = new Set(Successful.map(({ Id }) => Number(Id)))
  return messages.filter((_, index) => taken.has(index))
}

async function remove(sqs: SQSClient, QueueUrl: string, messages: Message[]): Promise<void> {
  await asked(`messages of ${QueueUrl} were sent again and cannot be deleted; they may come twice`, () =>
    sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles(messages) })),
  )
}

/** Makes the messages visible again at once. */
async function show(sqs: SQSClient, QueueUrl: string, messages: Message[]): Promise<void> {
  const Entries = handles(messages).map((entry) => ({ ...entry, VisibilityTimeout: 0 }))
  await asked(`messages of ${QueueUrl} stay hidden for ${HIDDEN_SECONDS} s`, () =>
    sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })),
  )
}

const handles = (messages: Message[]) =>
  messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }))

async function asked<T>(problem: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    throw new ServiceFailure(`${problem}: ${(cause as Error).message}`, { cause })
  }
}
