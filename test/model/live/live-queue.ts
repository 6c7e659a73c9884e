import { setTimeout as sleep } from 'node:timers/promises'
import { now } from './clock.ts'

/** How SQS hands messages to `register` (resources/registration.yml). */
const BATCH = 10
const AT_ONCE = 5

type Handle = (bodies: string[]) => Promise<string[]>

/** The queue in real time: due messages go to the function in batches; those that it returns come again. */
export class LiveQueue {
  readonly #waiting: { at: number; body: string }[] = []
  readonly #again: number
  readonly #open = new Set<Promise<void>>()
  #ended = false

  /** @param again milliseconds until a failed message comes again */
  constructor(again: number) {
    this.#again = again
  }

  push(body: string, delay = 0): void {
    this.#waiting.push({ at: now() + delay, body })
  }

  get empty(): boolean {
    return this.#waiting.length === 0 && this.#open.size === 0
  }

  /**
   * Works until it is stopped.
   * @param handle resolves to the bodies that failed
   */
  async run(handle: Handle): Promise<void> {
    while (!this.#ended) {
      const due = this.#waiting.filter(({ at }) => at <= now()).slice(0, BATCH)
      if (due.length > 0 && this.#open.size < AT_ONCE) {
        for (const message of due) this.#waiting.splice(this.#waiting.indexOf(message), 1)
        const work: Promise<void> = this.#work(
          handle,
          due.map(({ body }) => body),
        ).finally(() => this.#open.delete(work))
        this.#open.add(work)
      } else await sleep(10)
    }
    await Promise.all(this.#open)
  }

  end(): void {
    this.#ended = true
  }

  async #work(handle: Handle, bodies: string[]): Promise<void> {
    for (const body of await handle(bodies)) this.push(body, this.#again)
  }
}
