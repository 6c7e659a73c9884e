import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { LaterQueue } from '../../core/registration/departures.ts'

/** Delayed messages in an SQS queue. */
export class SqsLater implements LaterQueue {
  readonly #client: SQSClient
  readonly #url: string

  constructor(client: SQSClient, url: string) {
    this.#client = client
    this.#url = url
  }

  async send(body: string, delaySeconds: number): Promise<void> {
    try {
      await this.#client.send(
        new SendMessageCommand({ QueueUrl: this.#url, MessageBody: body, DelaySeconds: delaySeconds }),
      )
    } catch (cause) {
      throw new ServiceFailure(`the queue ${this.#url} takes no message: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
}
