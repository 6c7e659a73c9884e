import { format, multiply } from '../../lib/money.ts'
import type { Typed } from '../checkout-form.ts'
import { type Html, html } from '../html.ts'
import type { Basket, Line, Offer } from '../shop.ts'
import { checkoutForm } from './checkout-form.ts'
import type { Look } from './look.ts'
import { recommendations } from './offers.ts'

export interface CartPage {
  basket: Basket
  recommended: Offer[]
  typed: Typed
  now: Date
  /** A sentence about what went wrong. */
  alert?: string | undefined
}

/** The cart with the checkout form. */
export function cart(look: Look, { basket, recommended, typed, now, alert }: CartPage): Html {
  const isSold = basket.lines.every(({ offer }) => offer !== undefined)
  return html`<div class="wide">
<div class="cart">
<section aria-labelledby="cart">
<h1 id="cart">Your cart</h1>
${alert !== undefined && html`<p class="alert" role="alert">${alert}</p>`}
<ul class="lines">
${basket.lines.map((line) => lineOf(look, line))}
</ul>
<dl class="sums">
<div><dt>Shipping</dt><dd data-fact="shipping">${format(basket.shipping)}</dd></div>
<div class="total"><dt>Total</dt><dd data-fact="total">${format(basket.total)}</dd></div>
</dl>
<form class="actions" action="/cart/empty" method="post">
<button class="quiet">Empty cart</button> <a class="quiet" href="/">Keep shopping</a>
</form>
</section>
<section aria-labelledby="checkout">
<h2 id="checkout">Check out</h2>
${
  isSold
    ? checkoutForm(typed, now)
    : html`<p class="alert">Something in your cart is no longer sold. Empty the cart to go on.</p>`
}
</section>
</div>
${recommendations(look, recommended)}
</div>`
}

const lineOf = (look: Look, { productId, quantity, offer }: Line): Html =>
  offer === undefined
    ? html`<li><p class="name">${productId}</p><p>No longer sold</p></li>`
    : html`<li>
<img src="${look.asset(offer.picture)}" alt="" width="400" height="400">
<div>
<p class="name"><a href="/product/${encodeURIComponent(productId)}">${offer.name}</a></p>
<p class="each">${quantity} × ${format(offer.price)}</p>
</div>
<p class="price">${format(multiply(offer.price, quantity))}</p>
</li>
`

/** A cart with nothing in it. */
export const emptyCart = (look: Look, recommended: Offer[], alert?: string): Html => html`<div class="wide">
<div class="center">
<img src="${look.asset('/static/img/empty-cart.svg')}" alt="" width="200" height="160">
<h1>Your cart is empty</h1>
${alert !== undefined && html`<p class="alert" role="alert">${alert}</p>`}
<p>What you put into it stays here for two days.</p>
<p><a class="button" href="/">Find something</a></p>
</div>
${recommendations(look, recommended)}
</div>`
