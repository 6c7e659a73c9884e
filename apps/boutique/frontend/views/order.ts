import type { OrderResult } from '../../lib/gen/hipstershop_pb.ts'
import { type Amount, add, format, multiply, sum } from '../../lib/money.ts'
import type { Typed } from '../checkout-form.ts'
import { type Html, html } from '../html.ts'
import type { Offer } from '../shop.ts'
import { checkoutForm } from './checkout-form.ts'
import type { Look } from './look.ts'
import { recommendations } from './offers.ts'

export interface OrderPage {
  order: OrderResult
  email: string
  /** Names and pictures of what was ordered, as far as they are available. */
  offers: Offer[]
  recommended: Offer[]
}

/** A finished order. */
export function orderDone(look: Look, { order, email, offers, recommended }: OrderPage): Html {
  const { shippingCost } = order
  if (shippingCost === undefined) throw new Error(`order ${order.orderId} has no price of shipping`)
  const lines = order.items.map(({ item, cost }) => {
    if (item === undefined || cost === undefined) throw new Error(`order ${order.orderId} has an empty line`)
    const { productId, quantity } = item
    const offer = offers.find(({ id }) => id === productId)
    return { productId, quantity, offer, cost: multiply(cost, quantity) }
  })
  const costs = sum(
    shippingCost.currencyCode,
    lines.map(({ cost }) => cost),
  )
  return html`<div class="wide">
<section class="done" aria-labelledby="done">
<img src="${look.asset('/static/img/done.svg')}" alt="" width="96" height="96">
<h1 id="done">Your order is complete</h1>
<p>The confirmation goes to <b>${email}</b>.</p>
<dl class="facts">
<div><dt>Order</dt><dd data-fact="order">${order.orderId}</dd></div>
<div><dt>Tracking</dt><dd data-fact="tracking">${order.shippingTrackingId}</dd></div>
</dl>
<ul class="lines">
${lines.map((line) => lineOf(look, line))}
</ul>
<dl class="sums">
<div><dt>Shipping</dt><dd>${format(shippingCost)}</dd></div>
<div class="total"><dt>Total paid</dt><dd data-fact="total">${format(add(shippingCost, costs))}</dd></div>
</dl>
<p><a class="button" href="/">Keep shopping</a></p>
</section>
${recommendations(look, recommended)}
</div>`
}

const lineOf = (
  look: Look,
  {
    productId,
    quantity,
    offer,
    cost,
  }: { productId: string; quantity: number; offer: Offer | undefined; cost: Amount },
): Html => html`<li>
${offer && html`<img src="${look.asset(offer.picture)}" alt="" width="400" height="400">`}
<div>
<p class="name">${offer?.name ?? productId}</p>
<p class="each">Quantity ${quantity}</p>
</div>
<p class="price">${format(cost)}</p>
</li>
`

/** An order whose progress is unknown: the same form continues it. */
export const orderOpen = (typed: Typed, reference: string, now: Date): Html => html`<div class="wide narrow">
<h1>Your order is not finished</h1>
<p class="alert" role="alert">A part of the shop did not answer in time. Send this form again in a moment: however often you
send it, you order once and pay once.</p>
<p class="reference">Reference <span data-fact="reference">${reference}</span></p>
${checkoutForm(typed, now)}
</div>`
