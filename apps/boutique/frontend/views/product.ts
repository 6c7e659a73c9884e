import type { Ad } from '../../lib/gen/hipstershop_pb.ts'
import { format } from '../../lib/money.ts'
import { MOST_AT_ONCE } from '../cart-form.ts'
import { type Html, html } from '../html.ts'
import type { Offer } from '../shop.ts'
import { advertisement } from './ad.ts'
import { message } from './field.ts'
import type { Look } from './look.ts'
import { recommendations } from './offers.ts'

export interface ProductPage {
  offer: Offer
  recommended: Offer[]
  ad: Ad | undefined
  /** What was typed as the quantity, and what is wrong with it. */
  quantity?: { typed: string; problem: string }
}

/** One product, with the form that puts it into the cart. */
export const product = (
  look: Look,
  { offer, recommended, ad, quantity }: ProductPage,
): Html => html`<div class="wide">
<article class="product">
<img src="${look.asset(offer.picture)}" alt="${offer.name}" width="400" height="400">
<div>
<h1>${offer.name}</h1>
<p class="price">${format(offer.price)}</p>
<p>${offer.description}</p>
<form action="/cart" method="post" class="add">
<input type="hidden" name="product_id" value="${offer.id}">
<p class="field">
<label for="quantity">Quantity</label>
<input id="quantity" name="quantity" type="number" inputmode="numeric" min="1" max="${MOST_AT_ONCE}" required value="${
  quantity?.typed ?? '1'
}"${quantity && INVALID}>
${message('quantity', quantity?.problem)}
</p>
<button class="button">Add to cart</button>
</form>
<ul class="tags" aria-label="Categories">${offer.categories.map((category) => html`<li>${category}</li>`)}</ul>
</div>
</article>
${advertisement(ad)}
${recommendations(look, recommended)}
</div>`

const INVALID = html` aria-invalid="true" aria-describedby="quantity-problem" autofocus`
