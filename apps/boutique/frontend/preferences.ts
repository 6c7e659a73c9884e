import { Refusal } from '../../lib/refusal.ts'
import type { Handler } from '../../lib/routes.ts'
import { isShown, SHOWN } from './currencies.ts'
import { readForm } from './form.ts'
import { backTo } from './same-origin.ts'
import { redirect } from './send-page.ts'
import { paged, type Site } from './site.ts'
import { forget, keepCurrency } from './visit.ts'

/** What the visitor's browser remembers for us. */
export const preferences = (site: Site): Record<string, Handler> => ({
  'POST /setCurrency': paged(site, async ({ request, response }) => {
    const code = (await readForm(request)).get('currency_code')
    if (!isShown(code)) throw new Refusal(422, `Choose one of the currencies ${SHOWN.join(', ')}.`)
    keepCurrency(request, response, code)
    redirect(response, backTo(request.headers))
  }),
  'GET /logout': (request, response) => {
    forget(request, response)
    redirect(response, '/')
  },
})
