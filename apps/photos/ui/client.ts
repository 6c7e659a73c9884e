import type { IncomingMessage } from 'node:http'
import { Refusal } from '../../lib/refusal.ts'

/**
 * The address that a request comes from. A load balancer adds it at the end of X-Forwarded-For; what is
 * before it was written by the client and proves nothing.
 */
export function addressOf(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for']
  const last = [forwarded].flat().at(-1)?.split(',').at(-1)?.trim()
  return last || request.socket.remoteAddress || 'unknown'
}

/** How much of something one address may have at the same time, and all of them together. */
export interface Most {
  each: number
  all: number
}

/** Counts what is under way, by address. */
export class Places {
  readonly #most: Most
  readonly #taken = new Map<string, number>()
  #all = 0

  constructor(most: Most) {
    this.#most = most
  }

  /**
   * Takes a place for the address.
   * @param what for the sentence, such as `uploads`
   * @returns gives the place back; a second call does nothing
   * @throws {Refusal} 429 if the address has all of its places, 503 if nobody can have another one
   */
  take(address: string, what: string): () => void {
    const own = this.#taken.get(address) ?? 0
    if (own >= this.#most.each)
      throw new Refusal(429, `${own} ${what} of your address are under way; try again when one has ended.`)
    if (this.#all >= this.#most.all)
      throw new Refusal(503, `Too many ${what} are under way; try again in a few seconds.`)
    this.#taken.set(address, own + 1)
    this.#all++
    let given = false
    return () => {
      if (given) return
      given = true
      this.#all--
      const left = (this.#taken.get(address) ?? 1) - 1
      if (left > 0) this.#taken.set(address, left)
      else this.#taken.delete(address)
    }
  }
}

/** Bounds how many bytes an address sends in a minute. */
export class Allowance {
  readonly #bytes: number
  readonly #now: () => number
  readonly #sent = new Map<string, number>()
  #since: number

  constructor(bytes: number, now: () => number = Date.now) {
    this.#bytes = bytes
    this.#now = now
    this.#since = now()
  }

  /** @throws {Refusal} 429 if the address has sent more than that in this minute */
  spend(address: string, bytes: number): void {
    const now = this.#now()
    if (now - this.#since >= 60_000) {
      this.#sent.clear()
      this.#since = now
    }
    const sent = this.#sent.get(address) ?? 0
    if (sent >= this.#bytes)
      throw new Refusal(429, 'Your address has sent as much as it may in a minute; try again in a minute.')
    this.#sent.set(address, sent + bytes)
  }
}
