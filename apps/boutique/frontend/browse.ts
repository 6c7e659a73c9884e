import { Refusal } from '../../lib/refusal.ts'
import type { Handler } from '../../lib/routes.ts'
import { type Ask, paged, type Site } from './site.ts'
import { home } from './views/home.ts'
import { product } from './views/product.ts'
import { found } from './views/search.ts'
import type { Visit } from './visit.ts'

const LONGEST_QUERY = 100

/** The pages for browsing. */
export const browse = (site: Site): Record<string, Handler> => ({
  'GET /': paged(site, (ask) => (query(ask) === '' ? showHome(site, ask) : showFound(site, ask))),
  'GET /product/:id': paged(site, async (ask) => {
    const main = await productPage(site, ask.visit, ask.params.id ?? '')
    await ask.show(200, { kind: 'product', title: main.title }, main.html)
  }),
})

const query = (ask: Ask): string => (ask.query.get('q') ?? '').trim().slice(0, LONGEST_QUERY)

async function showHome({ shop, look }: Site, { visit, show }: Ask): Promise<void> {
  const [offers, ad] = await Promise.all([shop.offers(visit), shop.ad([])])
  await show(200, { kind: 'home', title: 'Everything' }, home(look, offers, ad))
}

async function showFound({ shop, look }: Site, ask: Ask): Promise<void> {
  const words = query(ask)
  const offers = await shop.search(words, ask.visit)
  await ask.show(200, { kind: 'search', title: words, query: words }, found(look, words, offers))
}

/**
 * The page of a product; ads need its categories, everything else is requested at the same time.
 * @param quantity what was typed into the form, if it has to be shown again
 * @throws Refusal 404
 */
export async function productPage(
  { shop, look }: Site,
  visit: Visit,
  id: string,
  quantity?: { typed: string; problem: string },
) {
  if (id.length > 100) throw new Refusal(404, 'This product is not in our catalogue.')
  const recommended = shop.recommended([id], visit)
  const offer = await shop.offer(id, visit)
  const ad = await shop.ad(offer.categories)
  const facts = { offer, ad, recommended: await recommended }
  return { title: offer.name, html: product(look, { ...facts, ...(quantity && { quantity }) }) }
}
