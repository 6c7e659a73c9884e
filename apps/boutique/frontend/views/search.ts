import { type Html, html } from '../html.ts'
import type { Offer } from '../shop.ts'
import type { Look } from './look.ts'
import { offerGrid } from './offers.ts'

/** What was found for a query. */
export const found = (look: Look, query: string, offers: Offer[]): Html => html`<div class="wide">
<h1>${offers.length > 0 ? `Found for “${query}”` : `Nothing found for “${query}”`}</h1>
${
  offers.length > 0
    ? offerGrid(look, offers)
    : html`<p>We look for the words in names and descriptions. Try a shorter one, such as <a href="/?q=glass">glass</a>.</p>
<p><a class="button" href="/">See everything</a></p>`
}
</div>`
