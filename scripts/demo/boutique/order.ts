import { randomUUID } from 'node:crypto'
import { Browser, type Page } from '../../../apps/boutique/loadgenerator/browser.ts'
import { isPage, orderForm, orderKey, productIds } from '../../../apps/boutique/loadgenerator/pages.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'

/** What a shopper wants. */
export interface Wish {
  /** As in the shop's menu, such as `EUR`. */
  currency: string
  /** Pieces by product id; by default one piece each of the first two products on the first page. */
  pieces?: Record<string, number>
  email?: string
}

/** What the confirmation says. */
export interface Confirmation {
  order: string
  tracking: string
  /** As shown to people, such as `€233.36`. */
  total: string
  /** The instance of the frontend that served the page. */
  instance: string
}

/**
 * Orders as a new visitor of the shop would: first page, currency, products, cart, checkout.
 * @throws ServiceFailure or Trouble when a page is not what it should be
 */
export async function placeOrder(shop: string, wish: Wish): Promise<Confirmation> {
  const browser = new Browser(new URL(shop))
  try {
    const first = expectPage(await browser.get('/'), 'home')
    expectPage(await browser.post('/setCurrency', { currency_code: wish.currency }), 'home')
    const pieces =
      wish.pieces ??
      Object.fromEntries(
        productIds(first)
          .slice(0, 2)
          .map((id) => [id, 1]),
      )
    let cart = ''
    for (const [id, quantity] of Object.entries(pieces)) {
      expectPage(await browser.get(`/product/${id}`), 'product')
      const form = { product_id: id, quantity: String(quantity) }
      cart = expectPage(await browser.post('/cart', form), 'cart')
    }
    const own = orderForm(wish.email ?? 'someone@example.com', '1600 Amphitheatre Parkway')
    const form = { ...own, idempotency_key: orderKey(cart) ?? randomUUID() }
    const page = expectPage(await browser.post('/cart/checkout', form), 'order')
    const [due, total] = [fact(cart, 'total'), fact(page, 'total')]
    if (due !== total) throw new ServiceFailure(`the cart said ${due}, the confirmation says ${total}`)
    const [order, tracking] = [fact(page, 'order'), fact(page, 'tracking')]
    return { order, tracking, total, instance: fact(page, 'instance') }
  } finally {
    browser.close()
  }
}

/** The text of a marked place on a page, such as the `instance` that served it. @throws ServiceFailure */
export function fact(body: string, name: string): string {
  const text = new RegExp(`data-fact="${name}">([^<]+)<`).exec(body)?.[1]
  if (text === undefined) throw new ServiceFailure(`a page of the shop does not show its ${name}`)
  return text
}

/** The body of a page of this kind. @throws ServiceFailure when it is another answer */
export function expectPage(page: Page, kind: string): string {
  if (isPage(page, kind)) return page.body
  throw new ServiceFailure(`the shop answered ${page.path} with ${page.status}, not with the page "${kind}"`)
}
