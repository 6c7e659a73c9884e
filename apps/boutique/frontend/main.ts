/** The shop's pages, built from the answers of seven services. */
import { join } from 'node:path'
import { sendText } from '../../lib/answers.ts'
import { identify } from '../../lib/metadata.ts'
import { Refusal } from '../../lib/refusal.ts'
import { routes } from '../../lib/routes.ts'
import { serve } from '../../lib/serve.ts'
import { StaticFiles } from '../../lib/static-files.ts'
import { stopping } from '../../lib/stopping.ts'
import { addressOf, portOf } from '../lib/services.ts'
import { browse } from './browse.ts'
import { carts } from './cart.ts'
import { checkouts } from './checkout.ts'
import { preferences } from './preferences.ts'
import { connect } from './services.ts'
import { Shop } from './shop.ts'
import { missing, type Site } from './site.ts'

const port = portOf('frontend')
const services = connect(addressOf)
const files = new StaticFiles(join(import.meta.dirname, 'static'), 'five minutes')
const identity = await identify()
const site: Site = {
  shop: new Shop(services),
  checkout: services.checkout,
  look: { asset: (path) => files.address(path), identity },
  now: () => new Date(),
}

const listener = routes({
  ...browse(site),
  ...carts(site),
  ...checkouts(site),
  ...preferences(site),
  'GET /static/*': files.serve,
  'GET /robots.txt': (_request, response) => sendText(response, 200, 'User-agent: *\nDisallow: /\n'),
  'GET /_healthz': (_request, response) => {
    if (stopping()) throw new Refusal(503, 'stopping')
    sendText(response, 200, 'ok')
  },
  'GET /*': missing(site),
})

await serve(port, listener)
console.log(`frontend listens on ${port} as ${identity?.instanceId ?? 'a plain process'}`)
