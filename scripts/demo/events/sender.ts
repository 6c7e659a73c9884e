import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { logLines, serviceLogGroup } from '../../../adapters/aws/log-events.ts'
import type { Context } from '../../../cli/context.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { throughGateway } from '../gateway.ts'
import { urlOf } from '../places.ts'
import { until } from '../wait.ts'

/** How many seconds an event is sent again while the app cannot take it. */
const PATIENCE_SECONDS = 60

/** Sends events to the app `events` and finds them in the logs of those who read them. */
export class Sender {
  readonly #context: Context
  readonly #url: string
  readonly #since = Date.now() - 1000
  /** Requests that had to be repeated. */
  repeated = 0

  private constructor(context: Context, url: string) {
    this.#context = context
    this.#url = url
  }

  static async open(context: Context): Promise<Sender> {
    return new Sender(context, await urlOf(context, 'events'))
  }

  /**
   * Sends an event until a broker has it; by its key it is written once, however often it is sent.
   * @returns its id
   * @throws ServiceFailure when nobody takes it for a minute
   */
  async send(event: Record<string, unknown>): Promise<string> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
    const deadline = Date.now() + PATIENCE_SECONDS * 1000
    for (;;) {
      const answer = await throughGateway(new URL('/events', this.#url).href, {
        method: 'POST',
        headers,
        body: Buffer.from(JSON.stringify(event)),
        seconds: 20,
      }).catch((error: Error) => error)
      if (!(answer instanceof Error) && answer.status === 202)
        return (JSON.parse(answer.body.toString()) as { id: string }).id
      const said = answer instanceof Error ? answer.message : `${answer.status} ${answer.body}`
      if (Date.now() > deadline) throw new ServiceFailure(`events does not take an event: ${said}`)
      this.repeated += 1
      await sleep(500)
    }
  }

  /**
   * Waits until each event is in the log of an instance of `go-app`.
   * @returns the lines, event by event
   * @throws ServiceFailure after `seconds`
   */
  async read(ids: readonly string[], seconds: number): Promise<{ instance: string; text: string }[]> {
    const group = serviceLogGroup(this.#context.stage, 'events', 'go-app')
    return until('that every event is read', seconds, async () => {
      const lines = await logLines(this.#context.logs(), group, this.#since)
      const found = ids.flatMap((id) => lines.find(({ text }) => text.includes(id)) ?? [])
      return found.length === ids.length ? found : undefined
    })
  }
}
