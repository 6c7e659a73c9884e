import type { IncomingMessage, ServerResponse } from 'node:http'
import { readJson, sendJson, sendText } from '../../lib/answers.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Handler } from '../../lib/routes.ts'
import { type Author, idOf, makeEvent } from './event.ts'
import { KnownKeys } from './known-keys.ts'
import { patiently, type Writer, type Written } from './writer.ts'

/** A key that is sent again within ten minutes gives the same event; docs/apps/events.md. */
const KEPT_MS = 10 * 60_000
const KEPT = 10_000
const LONGEST_KEY = 200

/** `GET /` and `POST /events`: what makes events. */
export function takeIn(writer: Writer, author: Author): Record<'text' | 'json', Handler> {
  const known = new KnownKeys<Written>(KEPT_MS, KEPT)
  const room = (response: ServerResponse) => {
    response.setHeader('retry-after', '1')
    writer.makeRoom()
  }
  return {
    async text(_request, response) {
      room(response)
      const { event, place } = await patiently(writer.write(makeEvent(author, { from: 'GET /' })))
      response.removeHeader('retry-after')
      response.setHeader('cache-control', 'no-store')
      sendText(
        response,
        200,
        `node-app version ${author.version} on ${author.instance} sent the event ${event.id}` +
          ` to ${place.topic}, partition ${place.partition}, offset ${place.offset}\n`,
      )
    },
    async json(request, response, { query }) {
      if (!/^application\/([\w.-]+\+)?json\b/i.test(request.headers['content-type'] ?? ''))
        throw new Refusal(415, 'Send the event as JSON, with content-type: application/json.')
      const key = keyOf(query)
      room(response)
      const body = await readJson(request)
      const same = sameKey(request)
      const write = () => writer.write(makeEvent(author, body, key, same && idOf(same)))
      const written =
        same === undefined ? write() : known.once(same, JSON.stringify([key ?? null, body]), write)
      const { event, place } = await patiently(written)
      response.removeHeader('retry-after')
      sendJson(response, 202, { id: event.id, key: event.key, ...place })
    },
  }
}

function keyOf(query: URLSearchParams): string | undefined {
  const key = query.get('key') ?? undefined
  if (key === undefined || (key.length > 0 && key.length <= LONGEST_KEY)) return key
  throw new Refusal(400, `key must have 1 to ${LONGEST_KEY} characters.`)
}

function sameKey(request: IncomingMessage): string | undefined {
  const given = request.headers['idempotency-key']
  return Array.isArray(given) ? given.join(',') : given
}
