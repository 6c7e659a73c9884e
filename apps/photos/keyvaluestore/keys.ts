import { Refusal } from '../../lib/refusal.ts'

/** Three times the interval at which services announce their key. */
const LIFE_MS = 15_000

/** An app has a handful; the limit keeps a faulty caller from filling the memory. */
const MOST = 1000

/** Values that are forgotten unless they are set again. */
export class Keys {
  readonly #clock: () => number
  readonly #values = new Map<string, { value: string; until: number }>()

  /** @param clock milliseconds */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock
  }

  /** @throws Refusal 507 when there are too many keys */
  set(key: string, value: string): void {
    this.#forget()
    if (!this.#values.has(key) && this.#values.size >= MOST) {
      throw new Refusal(507, `There are ${MOST} keys already; wait until some are forgotten.`)
    }
    this.#values.set(key, { value, until: this.#clock() + LIFE_MS })
  }

  get(key: string): string | undefined {
    this.#forget()
    return this.#values.get(key)?.value
  }

  /** Sorted by key. */
  all(): [key: string, value: string][] {
    this.#forget()
    return [...this.#values].map(([key, { value }]): [string, string] => [key, value]).sort()
  }

  #forget(): void {
    const now = this.#clock()
    for (const [key, { until }] of this.#values) if (until <= now) this.#values.delete(key)
  }
}
