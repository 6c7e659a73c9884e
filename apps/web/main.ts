/** The smallest app: an HTTP service whose page says which instance, zone and image answered. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { identify } from '../lib/metadata.ts'
import { routes } from '../lib/routes.ts'
import { serve } from '../lib/serve.ts'
import { requiredPort } from '../lib/settings.ts'
import { type Answer, facts, page } from './page.ts'

const port = requiredPort('PORT')
const identity = await identify()
let served = 0

/** A route whose answer is built for each request from what this instance knows about itself. */
const telling = (type: string, body: (answer: Answer) => string) => {
  return (request: IncomingMessage, response: ServerResponse): void => {
    served += 1
    const answer = { identity, served, uptimeSeconds: process.uptime() }
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body(answer))
    const client = request.headers['x-forwarded-for'] ?? request.socket.remoteAddress
    console.log(`${request.method} ${request.url?.split('?', 1)[0]} for ${client}`)
  }
}

const listener = routes({
  'GET /': telling('text/html; charset=utf-8', page),
  'GET /whoami': telling('application/json', (answer) => `${JSON.stringify(facts(answer))}\n`),
})

await serve(port, listener)
console.log(`web listens on ${port} as ${identity?.instanceId ?? 'a plain process'}`)
