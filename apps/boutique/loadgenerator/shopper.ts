import { type Browser, type Page, plain, Trouble } from './browser.ts'
import { isPage, orderForm, orderKey, productIds } from './pages.ts'
import { oneOf, type Random } from './random.ts'

/** What shoppers do, and how often: the weights of the original load generator. */
export const WEIGHTS = {
  index: 1,
  setCurrency: 2,
  browseProduct: 10,
  addToCart: 2,
  viewCart: 3,
  checkout: 1,
} as const

export type Action = keyof typeof WEIGHTS

const CURRENCIES = ['USD', 'EUR', 'CAD', 'JPY', 'GBP', 'TRY']
const QUANTITIES = ['1', '2', '3', '4', '5', '10']

/** A shopper, who knows the products on the first page. */
export class Shopper {
  readonly #browser: Browser
  readonly #random: Random
  #products: string[] = []

  constructor(browser: Browser, random: Random) {
    this.#browser = browser
    this.#random = random
  }

  /** @throws Trouble when a page is not what it should be */
  async act(action: Action): Promise<void> {
    await this.#ACTIONS[action]()
  }

  readonly #ACTIONS: Record<Action, () => Promise<void>> = {
    index: async () => {
      const page = expectPage(await this.#browser.get('/'), 'home')
      this.#products = productIds(page)
      if (this.#products.length === 0) throw new Trouble('the first page has no products')
    },
    setCurrency: async () => {
      const code = oneOf(CURRENCIES, this.#random)
      const page = expectPage(await this.#browser.post('/setCurrency', { currency_code: code }), 'home')
      if (!page.includes(`value="${code}" aria-current="true"`)) {
        throw new Trouble('the page after choosing a currency uses another one')
      }
    },
    browseProduct: async () => {
      await this.#look()
    },
    addToCart: async () => {
      await this.#add()
    },
    viewCart: async () => {
      expectPage(await this.#browser.get('/cart'), 'cart')
    },
    checkout: async () => {
      const cart = await this.#add()
      const form = { ...this.#order(), idempotency_key: orderKey(cart) ?? '' }
      const page = expectPage(await this.#browser.post('/cart/checkout', form), 'order')
      if (!/data-fact="tracking">[^<]+</.test(page)) throw new Trouble('an order has no tracking id')
    },
  }

  async #look(): Promise<string> {
    if (this.#products.length === 0) await this.#ACTIONS.index()
    const id = oneOf(this.#products, this.#random)
    const page = expectPage(await this.#browser.get(`/product/${id}`), 'product')
    if (!page.includes(`name="product_id" value="${id}"`))
      throw new Trouble('a product has the page of another')
    return id
  }

  /** @returns the page of the cart */
  async #add(): Promise<string> {
    const id = await this.#look()
    const form = { product_id: id, quantity: oneOf(QUANTITIES, this.#random) }
    const page = expectPage(await this.#browser.post('/cart', form), 'cart')
    if (!page.includes(`href="/product/${id}"`)) throw new Trouble('the cart lacks what was put into it')
    return page
  }

  #order(): Record<string, string> {
    const email = `shopper${Math.floor(this.#random() * 1000)}@example.com`
    return orderForm(email, `${1 + Math.floor(this.#random() * 200)} Long Lane`)
  }
}

/** The body of a page of this kind. @throws Trouble when it is another answer */
function expectPage(page: Page, kind: string): string {
  if (isPage(page, kind)) return page.body
  const fault = page.status === 200 ? `is not the page "${kind}"` : `answered ${page.status}`
  throw new Trouble(`${plain(page.path)} ${fault}`)
}
