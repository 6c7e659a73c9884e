import { setTimeout as sleep } from 'node:timers/promises'
import { throughGateway } from '../../scripts/demo/gateway.ts'
import type { WrittenEvent } from './kafka-writers.ts'

/** Callers that post events, each those of its own keys, one after the other, until each is taken. */
export class Posters {
  readonly #url: string
  readonly #acknowledged: Set<string>
  /** Posts that were sent once more, because nobody took them. */
  again = 0

  /** @param acknowledged gets the names of those that were taken */
  constructor(url: string, acknowledged: Set<string>) {
    this.#url = url
    this.#acknowledged = acknowledged
  }

  /** @param pause seconds between two events of one caller */
  async write(shares: WrittenEvent[][], pause: number): Promise<void> {
    await Promise.all(
      shares.map(async (share) => {
        for (const event of share) {
          while (!(await this.#post(event))) {
            this.again += 1
            await sleep(250)
          }
          this.#acknowledged.add(event.id)
          await sleep(pause * 1000)
        }
      }),
    )
  }

  async #post({ id, key, body }: WrittenEvent): Promise<boolean> {
    const url = new URL(`/events?key=${encodeURIComponent(key)}`, this.#url).href
    const headers = { 'content-type': 'application/json', 'idempotency-key': id }
    const sent = { method: 'POST', headers, body: Buffer.from(JSON.stringify(body)), seconds: 40 }
    const answer = await throughGateway(url, sent).catch(() => undefined)
    return answer?.status === 202
  }
}
