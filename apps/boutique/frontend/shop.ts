import { randomUUID } from 'node:crypto'
import { PeerFailure } from '../../lib/grpc/problem.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Ad, Product } from '../lib/gen/hipstershop_pb.ts'
import { type Amount, add, multiply, sum } from '../lib/money.ts'
import type { CurrencyCode } from './currencies.ts'
import { optional } from './optional.ts'
import { Prices } from './prices.ts'
import type { Services } from './services.ts'
import type { Visit } from './visit.ts'

/** A product with its price for the visitor. */
export interface Offer {
  id: string
  name: string
  description: string
  /** A path on this server. */
  picture: string
  categories: string[]
  price: Amount
}

export interface Line {
  productId: string
  quantity: number
  /** Absent when the product is no longer sold. */
  offer: Offer | undefined
}

export interface Basket {
  lines: Line[]
  shipping: Amount
  total: Amount
}

/** How long a page waits for what it can do without. */
const AD_MS = 100
const RECOMMENDATIONS_MS = 400
const EXTRA_MS = 400

/** As in the original: five are recommended, four fit in a row. */
const MOST_RECOMMENDED = 4

/** What the pages show, gathered from the services; calls that do not depend on each other run at once. */
export class Shop {
  readonly #services: Services
  readonly #prices: Prices

  constructor(services: Services) {
    this.#services = services
    this.#prices = new Prices(services.currency)
  }

  async offers({ currency, deadline }: Visit): Promise<Offer[]> {
    const { products } = await this.#services.catalog.listProducts({}, { deadline })
    return this.#priced(products, currency, deadline)
  }

  async search(query: string, { currency, deadline }: Visit): Promise<Offer[]> {
    const { results } = await this.#services.catalog.searchProducts({ query }, { deadline })
    return this.#priced(results, currency, deadline)
  }

  /** @throws Refusal 404 when there is no such product */
  async offer(id: string, visit: Visit): Promise<Offer> {
    const found = await this.#find(id, visit)
    if (found === undefined) throw new Refusal(404, 'This product is not in our catalogue.')
    return found
  }

  /** The visitor's cart and what it costs; shipping is quoted while the products are looked up. */
  async basket(visit: Visit): Promise<Basket> {
    const { session, currency, deadline } = visit
    const { items } = await this.#services.cart.getCart({ userId: session }, { deadline })
    const quote = async (): Promise<Amount> => {
      const { costUsd } = await this.#services.shipping.getQuote({ items }, { deadline })
      return this.#prices.in(currency, costUsd, deadline)
    }
    const line = async ({ productId, quantity }: (typeof items)[number]): Promise<Line> => ({
      productId,
      quantity,
      offer: await this.#find(productId, visit),
    })
    const [shipping, lines] = await Promise.all([quote(), Promise.all(items.map(line))])
    const costs = lines.flatMap(({ offer, quantity }) => (offer ? [multiply(offer.price, quantity)] : []))
    return { lines, shipping, total: add(shipping, sum(currency, costs)) }
  }

  /** @throws Refusal 422 with the cart service's sentence when the cart cannot hold this */
  async add(productId: string, quantity: number, { session, deadline }: Visit): Promise<void> {
    try {
      // With a key the call can be sent again when its instance dies, and still adds only once.
      const options = { deadline, safe: true, metadata: { 'idempotency-key': randomUUID() } }
      await this.#services.cart.addItem({ userId: session, item: { productId, quantity } }, options)
    } catch (cause) {
      if (!(cause instanceof PeerFailure)) throw cause
      if (cause.code !== 'INVALID_ARGUMENT' && cause.code !== 'RESOURCE_EXHAUSTED') throw cause
      throw new Refusal(422, cause.details, { cause })
    }
  }

  async empty({ session, deadline }: Visit): Promise<void> {
    await this.#services.cart.emptyCart({ userId: session }, { deadline })
  }

  /** How many pieces are in the cart; undefined when that takes too long. Browsing works without it. */
  pieces({ session }: Visit): Promise<number | undefined> {
    return optional('number of pieces in the cart', EXTRA_MS, async (deadline) => {
      const { items } = await this.#services.cart.getCart({ userId: session }, { deadline })
      return items.reduce((pieces, { quantity }) => pieces + quantity, 0)
    })
  }

  /** The currencies to choose from; undefined when that takes too long. */
  currencies(): Promise<CurrencyCode[] | undefined> {
    return optional('list of currencies', EXTRA_MS, (deadline) => this.#prices.offered(deadline))
  }

  /** At most four products besides those given; none when that takes too long. */
  async recommended(productIds: string[], visit: Visit): Promise<Offer[]> {
    const found = await optional('recommendations', RECOMMENDATIONS_MS, async (deadline) => {
      const wanted = { userId: visit.session, productIds }
      const answer = await this.#services.recommendations.listRecommendations(wanted, { deadline })
      const ids = answer.productIds.slice(0, MOST_RECOMMENDED)
      return Promise.all(ids.map((id) => this.#find(id, { ...visit, deadline })))
    })
    return (found ?? []).filter((offer) => offer !== undefined)
  }

  /** An ad that suits the categories, or any ad without them; undefined when that takes too long. */
  ad(categories: string[]): Promise<Ad | undefined> {
    return optional('advertisement', AD_MS, async (deadline) => {
      const { ads } = await this.#services.ads.getAds({ contextKeys: categories }, { deadline })
      // Only links that stay in the shop.
      const ours = ads.filter(({ redirectUrl }) => /^\/(?!\/)/.test(redirectUrl))
      return ours[Math.floor(Math.random() * ours.length)]
    })
  }

  async #find(id: string, { currency, deadline }: Visit): Promise<Offer | undefined> {
    try {
      const product = await this.#services.catalog.getProduct({ id }, { deadline })
      const [offer] = await this.#priced([product], currency, deadline)
      return offer
    } catch (error) {
      if (error instanceof PeerFailure && error.code === 'NOT_FOUND') return undefined
      throw error
    }
  }

  #priced(products: Product[], currency: CurrencyCode, deadline: number): Promise<Offer[]> {
    return Promise.all(
      products.map(async ({ id, name, description, picture, categories, priceUsd }) => {
        const price = await this.#prices.in(currency, priceUsd, deadline)
        return { id, name, description, picture, categories, price }
      }),
    )
  }
}
