import { format } from '../../lib/money.ts'
import { type Html, html } from '../html.ts'
import type { Offer } from '../shop.ts'
import type { Look } from './look.ts'

/** Products side by side, each a link to its page. */
export const offerGrid = (look: Look, offers: Offer[]): Html => html`<ul class="grid">
${offers.map(
  ({ id, name, picture, price }) => html`<li><a class="card" href="/product/${encodeURIComponent(id)}">
<img src="${look.asset(picture)}" alt="" width="400" height="400">
<span class="name">${name}</span> <span class="price">${format(price)}</span>
</a></li>
`,
)}</ul>`

/** Four more products to like; nothing when there are none. */
export const recommendations = (look: Look, offers: Offer[]): Html | false =>
  offers.length > 0 &&
  html`<section class="also" aria-labelledby="also">
<h2 id="also">You may also like</h2>
${offerGrid(look, offers)}
</section>`
