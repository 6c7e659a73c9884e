const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Time that passes only when everything waits: what takes minutes is over at once, and is the same every
 * time.
 */
export class VirtualTime {
  /** Seconds. */
  now = 0
  readonly #waiting: { at: number; go: () => void }[] = []

  sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ at: this.now + seconds, go: resolve })
    })
  }

  /** Lets time pass until nothing is waiting any more. */
  async run(): Promise<void> {
    await settled()
    while (this.#waiting.length > 0) {
      this.#waiting.sort((a, b) => a.at - b.at)
      const [next] = this.#waiting.splice(0, 1)
      this.now = Math.max(this.now, next?.at ?? 0)
      next?.go()
      await settled()
    }
  }
}

/** EC2's request limit: a bucket of tokens that refills (EC2 Developer Guide, "Request throttling"). */
export class TokenBucket {
  lowest: number
  #tokens: number
  #at = 0
  readonly #size: number
  readonly #perSecond: number

  constructor(size: number, perSecond: number) {
    this.#size = size
    this.#perSecond = perSecond
    this.#tokens = size
    this.lowest = size
  }

  /** @returns false when there is no token left */
  take(now: number): boolean {
    this.#tokens = Math.min(this.#size, this.#tokens + (now - this.#at) * this.#perSecond)
    this.#at = now
    if (this.#tokens < 1) return false
    this.#tokens--
    this.lowest = Math.min(this.lowest, this.#tokens)
    return true
  }
}
