import { sendJson } from '../../lib/answers.ts'
import type { Handler } from '../../lib/routes.ts'
import type { Master } from './master.ts'

/** `GET /tasks`, `GET /task/<id>`: as `master` returns them. */
export function taskRoutes(master: Master): Record<string, Handler> {
  return {
    async 'GET /tasks'(_request, response, { query }) {
      response.setHeader('cache-control', 'no-store')
      sendJson(response, 200, await master.tasks(query))
    },
    async 'GET /task/:id'(_request, response, { params }) {
      response.setHeader('cache-control', 'no-store')
      sendJson(response, 200, await master.task(params.id ?? ''))
    },
  }
}
