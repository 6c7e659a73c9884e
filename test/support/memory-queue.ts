import { ServiceFailure } from '../../core/base/errors.ts'
import type { LaterQueue } from '../../core/registration/departures.ts'

/** SQS delays a message by at most 15 minutes (SQS Developer Guide, "Amazon SQS delay queues"). */
const LONGEST_SECONDS = 900

export interface Delayed {
  body: string
  delaySeconds: number
}

/** A queue in memory whose messages wait until a test takes them. */
export class MemoryLater implements LaterQueue {
  readonly sent: Delayed[] = []

  async send(body: string, delaySeconds: number): Promise<void> {
    if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > LONGEST_SECONDS)
      throw new ServiceFailure(`the queue in memory takes no message: it would wait ${delaySeconds} s`)
    this.sent.push({ body, delaySeconds })
  }
}
