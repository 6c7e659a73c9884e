import type { IncomingMessage } from 'node:http'
import { readJson, sendJson, sendText } from '../../lib/answers.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Handler } from '../../lib/routes.ts'
import { draining } from '../lib/draining.ts'
import { FINISHED } from '../lib/task.ts'
import { type Peers, readTask } from './peers.ts'
import { relay } from './relay.ts'
import { takeIn } from './take-in.ts'

/** The pictures of a task, by the fields that name them. */
const PICTURES = ['original', 'result', 'before', 'after'] as const

/** The requests of docs/apps/photos.md, "master". */
export function masterRoutes(peers: Peers): Record<string, Handler> {
  const { db, storage } = peers

  /** Passes the request on to `db`; all of these may be sent twice. */
  const toDb: Handler = async (request, response) => {
    const body = request.method === 'POST' ? JSON.stringify(await readJson(request)) : null
    const headers = { accept: request.headers.accept ?? '*/*' }
    const method = request.method === 'POST' ? 'POST' : 'GET'
    await relay(await db.fetch(request.url ?? '/', { method, headers, body, again: true }), response)
  }

  return {
    'POST /task': draining(async (request, response) => {
      const id = await takeIn(peers, request)
      if (wantsJson(request)) sendJson(response, 200, await readTask(db, String(id)))
      else sendText(response, 200, String(id))
    }),
    'GET /task/next': toDb,
    'GET /task/:id': toDb,
    'GET /tasks': toDb,
    'POST /task/:id/finish': toDb,
    'POST /task/:id/fail': toDb,
    'POST /task/:id/release': toDb,
    'GET /task/:id/ready': async (request, response, { params }) => {
      const task = await readTask(db, params.id ?? '')
      if (wantsJson(request)) sendJson(response, 200, task)
      else sendText(response, 200, String(task.state === FINISHED))
    },
    'GET /task/:id/download': async (request, response, { params, query }) => {
      const of = query.get('of') ?? 'result'
      const field = PICTURES.find((one) => one === of)
      if (field === undefined) throw new Refusal(400, `of must be one of ${PICTURES.join(', ')}.`)
      const task = await readTask(db, params.id ?? '')
      const name = task[field]
      if (name === undefined) throw new Refusal(404, `Task ${task.id} has no ${field} yet.`)
      const path = `/download/${task.id}?name=${encodeURIComponent(name)}`
      const hungUp = new AbortController()
      response.once('close', () => hungUp.abort())
      const init = { method: request.method ?? 'GET', again: true, timeoutMs: 10_000, signal: hungUp.signal }
      await relay(await storage.fetch(path, init), response)
    },
  }
}

const wantsJson = (request: IncomingMessage): boolean =>
  request.headers.accept?.includes('application/json') ?? false
