import { randomUUID } from 'node:crypto'
import type { Handler } from '../../lib/routes.ts'
import type { OrderResult } from '../lib/gen/hipstershop_pb.ts'
import { showCart } from './cart.ts'
import { checkOrder } from './checkout-form.ts'
import { readForm } from './form.ts'
import { optional } from './optional.ts'
import { place } from './orders.ts'
import { redirect } from './send-page.ts'
import { type Ask, paged, refer, type Site } from './site.ts'
import { orderDone, orderOpen } from './views/order.ts'

/** Once the order is placed, only names and pictures are left to look up. */
const NAMES_MS = 1000

/** The checkout. */
export const checkouts = (site: Site): Record<string, Handler> => ({
  'POST /cart/checkout': paged(site, (ask) => checkOut(site, ask)),
  // Where a browser goes when it opens the address of an order's page again.
  'GET /cart/checkout': (_request, response) => redirect(response, '/cart'),
})

async function checkOut(site: Site, ask: Ask): Promise<void> {
  const { typed, order } = checkOrder(await readForm(ask.request), site.now())
  if (order === undefined) return showCart(site, ask, 422, typed)
  const outcome = await place(site.checkout, ask.visit, typed.key, order)
  switch (outcome.state) {
    case 'placed':
      return showDone(site, ask, outcome.order, order.email)
    case 'refused': {
      const next = outcome.isOver ? { ...typed, key: randomUUID() } : typed
      return showCart(site, ask, 422, next, outcome.sentence)
    }
    case 'open': {
      ask.response.setHeader('retry-after', '5')
      const reference = refer(ask.request, outcome.cause)
      return ask.show(
        503,
        { kind: 'problem', title: 'Not finished' },
        orderOpen(typed, reference, site.now()),
      )
    }
  }
}

async function showDone({ shop, look }: Site, { visit, show }: Ask, order: OrderResult, email: string) {
  const ids = order.items.flatMap(({ item }) => item?.productId ?? [])
  // The order is placed, whatever fails from here on.
  const [offers = [], recommended] = await Promise.all([
    optional('names of what was ordered', NAMES_MS, (deadline) =>
      Promise.all(ids.map((id) => shop.offer(id, { ...visit, deadline }))),
    ),
    shop.recommended(ids, visit),
  ])
  const main = orderDone(look, { order, email, offers, recommended })
  await show(200, { kind: 'order', title: 'Order complete' }, main)
}
