import type { Ad } from '../../lib/gen/hipstershop_pb.ts'
import { type Html, html } from '../html.ts'
import type { Offer } from '../shop.ts'
import { advertisement } from './ad.ts'
import type { Look } from './look.ts'
import { offerGrid } from './offers.ts'

/** The first page: what the shop is, and all it has. */
export const home = (look: Look, offers: Offer[], ad: Ad | undefined): Html => html`<section class="hero">
<div class="wide">
<div>
<h1>Good things, few of them.</h1>
<p>A small shop for what you wear, drink from and keep. Chosen by people, served by unikernels.</p>
<a class="button" href="#all">See everything</a>
</div>
<div class="pictures" aria-hidden="true">
${['mug', 'candle-holder', 'sunglasses'].map(
  (name) =>
    html`<img src="${look.asset(`/static/img/products/${name}.svg`)}" alt="" width="400" height="400">`,
)}
</div>
</div>
</section>
<div class="wide">
<section aria-labelledby="all">
<h2 id="all">Everything we have</h2>
${offerGrid(look, offers)}
</section>
${advertisement(ad)}
</div>`
