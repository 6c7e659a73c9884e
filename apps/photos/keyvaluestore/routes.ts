import { readJson, sendText } from '../../lib/answers.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Handler } from '../../lib/routes.ts'
import type { Keys } from './keys.ts'

/** The requests of docs/apps/photos.md, "keyvaluestore". */
export function storeRoutes(keys: Keys): Record<string, Handler> {
  return {
    'GET /': (_request, response) => {
      const lines = keys.all().map(([key, value]) => `${key}=${value}\n`)
      sendText(response, 200, lines.join(''))
    },
    'GET /:key': (_request, response, { params }) => {
      const key = params.key ?? ''
      const value = keys.get(key)
      if (value === undefined) throw new Refusal(404, `Nobody has announced ${key} in the last 15 s.`)
      sendText(response, 200, value)
    },
    'POST /:key': async (request, response, { params }) => {
      const key = params.key ?? ''
      if (!/^[\w.-]{1,100}$/.test(key)) {
        throw new Refusal(422, 'A key is 1 to 100 letters, digits, dots, dashes and underscores.')
      }
      const value = await readJson(request)
      keys.set(key, typeof value === 'string' ? value : JSON.stringify(value))
      response.writeHead(204).end()
    },
  }
}
