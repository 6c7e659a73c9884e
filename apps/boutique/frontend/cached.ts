interface Entry<V> {
  value: Promise<V>
  until: number
}

/** Values that are requested once and then used for a while. Failures are not kept. */
export class Cached<V> {
  readonly #entries = new Map<string, Entry<V>>()
  readonly #keepMs: number
  readonly #most: number
  readonly #now: () => number

  /**
   * @param keepMs how long a value is used after it was requested
   * @param most how many values are kept; beyond that the one requested longest ago goes
   */
  constructor(keepMs: number, most: number, now: () => number = Date.now) {
    this.#keepMs = keepMs
    this.#most = most
    this.#now = now
  }

  /**
   * The value of the key; `ask` runs when there is none, and once for all callers that want it at the same
   * time.
   */
  get(key: string, ask: () => Promise<V>): Promise<V> {
    const entry = this.#entries.get(key)
    if (entry !== undefined && this.#now() < entry.until) return entry.value
    this.#entries.delete(key)
    const value = ask()
    const made = { value, until: this.#now() + this.#keepMs }
    this.#entries.set(key, made)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#most) break
      this.#entries.delete(oldest)
    }
    value.catch(() => {
      if (this.#entries.get(key) === made) this.#entries.delete(key)
    })
    return value
  }
}
