import { createHash } from 'node:crypto'
import { Refusal } from '../../lib/refusal.ts'

interface Known<Value> {
  digest: string
  value: Promise<Value>
  until: number
}

/** RFC 8941 strings and bare tokens; what a client of ours or of anybody's makes. */
const KEY = /^[\x21-\x7e]{1,200}$/

/**
 * Remembers what came of requests with an Idempotency-Key, for a while and up to a number: beyond that the
 * oldest is forgotten. A request that failed is forgotten at once, so that it can be sent again.
 */
export class KnownKeys<Value> {
  readonly #keepMs: number
  readonly #most: number
  readonly #now: () => number
  readonly #known = new Map<string, Known<Value>>()

  constructor(keepMs: number, most: number, now: () => number = Date.now) {
    this.#keepMs = keepMs
    this.#most = most
    this.#now = now
  }

  /**
   * What `make` gave for this key, or gives now.
   * @param content what the request wants; the same key with another content is a mistake
   * @throws {Refusal} 400 for a key that is none, 422 for one that was used for something else
   */
  once(key: string, content: string, make: () => Promise<Value>): Promise<Value> {
    if (!KEY.test(key))
      throw new Refusal(400, 'The Idempotency-Key must be 1 to 200 visible characters without spaces.')
    const digest = createHash('sha256').update(content).digest('base64')
    const known = this.#known.get(key)
    if (known && this.#now() < known.until) {
      if (known.digest === digest) return known.value
      throw new Refusal(422, 'This Idempotency-Key was used for another event; take a new one.')
    }
    this.#known.delete(key)
    const value = make()
    const made = { digest, value, until: this.#now() + this.#keepMs }
    this.#known.set(key, made)
    value.catch(() => {
      if (this.#known.get(key) === made) this.#known.delete(key)
    })
    for (const [oldest, { until }] of this.#known) {
      if (this.#known.size <= this.#most && this.#now() < until) break
      this.#known.delete(oldest)
    }
    return value
  }

  get size(): number {
    return this.#known.size
  }
}
