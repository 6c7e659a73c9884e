import type { Place } from '../../core/proxy/places.ts'

/** Milliseconds for which an answer of Consul is good enough for the next connection. */
const FRESH_MS = 1000

/** The healthy places of a service, asked for at most once a second. */
export class KnownPlaces {
  readonly #read: () => Promise<Place[]>
  readonly #now: () => number
  #known: Promise<Place[]> | undefined
  #askedAt = 0

  constructor(read: () => Promise<Place[]>, now: () => number = Date.now) {
    this.#read = read
    this.#now = now
  }

  /**
   * @param after asks again if the last question is older than this time
   * @throws what reading throws
   */
  places(after = this.#now() - FRESH_MS): Promise<Place[]> {
    if (this.#known === undefined || this.#askedAt < after) {
      this.#askedAt = this.#now()
      const asked = this.#read()
      this.#known = asked
      // What failed is asked again by the next connection.
      asked.catch(() => {
        if (this.#known === asked) this.#known = undefined
      })
    }
    return this.#known
  }
}
