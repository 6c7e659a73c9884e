/** The smallest app of the fleet: an HTTP service whose page says which instance, zone and image answered. */
import type { RequestListener } from 'node:http'
import { identify } from '../lib/metadata.ts'
import { serve } from '../lib/serve.ts'
import { requiredPort } from '../lib/settings.ts'
import { facts, page } from './page.ts'

const port = requiredPort('PORT')
const identity = await identify()
let served = 0

const listener: RequestListener = (request, response) => {
  const path = (request.url ?? '/').split('?', 1)[0]
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end('This page only answers GET.\n')
  } else if (path === '/healthz') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n')
  } else if (path === '/' || path === '/whoami') {
    served += 1
    const answer = { identity, served, uptimeSeconds: process.uptime() }
    const [type, body] =
      path === '/'
        ? ['text/html; charset=utf-8', page(answer)]
        : ['application/json', `${JSON.stringify(facts(answer))}\n`]
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
    console.log(
      `${request.method} ${path} for ${request.headers['x-forwarded-for'] ?? request.socket.remoteAddress}`,
    )
  } else {
    response.writeHead(404, { 'content-type': 'text/plain' }).end(`Nothing at ${path}; try / or /whoami.\n`)
  }
}

await serve(port, listener)
console.log(`web listens on ${port} as ${identity?.instanceId ?? 'a plain process'}`)
