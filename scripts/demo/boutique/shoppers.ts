import { sendShoppers } from '../../../apps/boutique/loadgenerator/crowd.ts'
import { Tally } from '../../../apps/boutique/loadgenerator/tally.ts'

/** Shoppers that browse, fill carts and order until they are stopped. */
export class Shoppers {
  readonly #tally = new Tally()
  readonly #stop = new AbortController()
  readonly #done: Promise<number>

  /** @param pace multiplies the 1 to 10 s that a shopper waits between two steps */
  constructor(shop: string, users: number, pace: number) {
    const options = { url: new URL(shop), users, rate: users, durationMs: 0, pace, seed: 1, json: false }
    this.#done = sendShoppers(options, this.#tally, this.#stop.signal)
  }

  /** Lets them finish, and returns how many requests they made, how many actions failed, and why. */
  async stop(): Promise<{ requests: number; failed: number; reasons: string[] }> {
    this.#stop.abort()
    const requests = await this.#done
    const { troubles } = this.#tally.summary({ seconds: 0, requests })
    return { requests, failed: this.#tally.errors, reasons: troubles.map(({ reason }) => reason) }
  }
}
