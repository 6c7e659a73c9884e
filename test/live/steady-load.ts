import { setTimeout as sleep } from 'node:timers/promises'
import { Browser, type Page } from '../../apps/boutique/loadgenerator/browser.ts'
import { isPage } from '../../apps/boutique/loadgenerator/pages.ts'

/** A request to the shop: when it began, and once it is over, when that was and what was wrong with it. */
export interface Sent {
  what: string
  begin: number
  end?: number
  trouble?: string
}

const PRODUCTS = ['OLJCESPC7Z', '1YMWWN1N4O', '6E92ZMYYFZ']
/** Visitors who put things into their carts in turn: a cart takes 500 additions. */
const VISITORS = 40
/** Requests under way at most; beyond that none is sent, which would show in the count. */
const MOST_UNDER_WAY = 400

/** Requests at a steady rate, whether or not earlier ones have been answered. */
export class SteadyLoad {
  readonly sent: Sent[] = []
  readonly #shop: URL
  readonly #everyMs: number
  readonly #visitors: Browser[]
  readonly #over: Promise<unknown>[] = []
  #stopped = false

  constructor(shop: string, perSecond: number) {
    this.#shop = new URL(shop)
    this.#everyMs = 1000 / perSecond
    this.#visitors = Array.from({ length: VISITORS }, () => new Browser(this.#shop))
    this.#over.push(this.#run())
  }

  get underWay(): number {
    return this.sent.filter(({ end }) => end === undefined).length
  }

  /** Those that began or were under way at `from` or later and failed. */
  failedSince(from: number): Sent[] {
    return this.sent.filter(
      ({ end = Number.POSITIVE_INFINITY, trouble }) => trouble !== undefined && end >= from,
    )
  }

  /** Sends no more, and resolves when all have been answered. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#over[0]
    await Promise.all(this.#over)
    for (const visitor of this.#visitors) visitor.close()
  }

  async #run(): Promise<void> {
    const begun = performance.now()
    for (let number = 0; !this.#stopped; number++) {
      await sleep(Math.max(0, begun + number * this.#everyMs - performance.now()))
      if (this.underWay < MOST_UNDER_WAY) this.#over.push(this.#send(number))
    }
  }

  async #send(number: number): Promise<void> {
    const visitor = this.#visitors[number % VISITORS] as Browser
    const product = PRODUCTS[number % PRODUCTS.length] as string
    const kinds: [string, string, (browser: Browser) => Promise<Page>][] = [
      ['first page', 'home', (browser) => browser.get('/')],
      ['product', 'product', (browser) => browser.get(`/product/${product}`)],
      ['cart', 'cart', (browser) => browser.get('/cart')],
      ['add to cart', 'cart', (browser) => browser.post('/cart', { product_id: product, quantity: '1' })],
    ]
    const [what, page, ask] = kinds[[0, 1, 0, 2, 1, 0, 3, 1][number % 8] as number] as (typeof kinds)[number]
    const one: Sent = { what, begin: Date.now() }
    this.sent.push(one)
    // Only carts need a visitor; a browser has one connection, and nobody else's request may wait for it.
    const browser = page === 'cart' ? visitor : new Browser(this.#shop)
    try {
      const answer = await ask(browser)
      if (!isPage(answer, page)) one.trouble = `${what}: ${answer.status}`
    } catch (error) {
      one.trouble = `${what}: ${(error as Error).message}`
    } finally {
      one.end = Date.now()
      if (browser !== visitor) browser.close()
    }
  }
}
