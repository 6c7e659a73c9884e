import { Refusal } from '../../lib/refusal.ts'
import type { Handler } from '../../lib/routes.ts'
import { productPage } from './browse.ts'
import { checkAddition } from './cart-form.ts'
import { demoOrder, type Typed } from './checkout-form.ts'
import { readForm } from './form.ts'
import { redirect } from './send-page.ts'
import { type Ask, paged, type Site } from './site.ts'
import { cart, emptyCart } from './views/cart.ts'

/** The cart: showing it, adding to it, emptying it. */
export const carts = (site: Site): Record<string, Handler> => ({
  'GET /cart': paged(site, (ask) => showCart(site, ask, 200, demoOrder(site.now()))),
  'POST /cart': paged(site, (ask) => addTo(site, ask)),
  'POST /cart/empty': paged(site, async ({ visit, response }) => {
    await site.shop.empty(visit)
    redirect(response, '/')
  }),
})

/**
 * Shows the cart.
 * @param typed what the checkout form is filled with
 * @param alert a sentence about what went wrong
 */
export async function showCart(
  { shop, look, now }: Site,
  { visit, show }: Ask,
  status: number,
  typed: Typed,
  alert?: string,
): Promise<void> {
  const basket = await shop.basket(visit)
  const recommended = await shop.recommended(
    basket.lines.map(({ productId }) => productId),
    visit,
  )
  const main =
    basket.lines.length === 0
      ? emptyCart(look, recommended, alert)
      : cart(look, { basket, recommended, typed, now: now(), alert })
  await show(status, { kind: 'cart', title: 'Your cart' }, main)
}

async function addTo(site: Site, { request, response, visit, show }: Ask): Promise<void> {
  const addition = checkAddition(await readForm(request))
  const { productId } = addition
  const again = async (typed: string, problem: string): Promise<void> => {
    const { title, html } = await productPage(site, visit, productId, { typed, problem })
    await show(422, { kind: 'product', title }, html)
  }
  if (addition.problem !== undefined) return again(addition.typed, addition.problem)
  // A cart takes any id; make sure that the shop sells this one.
  await site.shop.offer(productId, visit)
  try {
    await site.shop.add(productId, addition.quantity, visit)
  } catch (error) {
    if (error instanceof Refusal) return again(String(addition.quantity), error.message)
    throw error
  }
  redirect(response, '/cart')
}
