import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readJson, sendJson, sendText } from '../../lib/answers.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Handler, Match } from '../../lib/routes.ts'
import { DEFAULT_FILTER, FILTERS } from '../lib/filters.ts'
import { cut } from '../lib/text.ts'
import { seen } from './decisions.ts'
import type { TaskStore } from './task-store.ts'

const count = z.int('must be a whole number').min(0, 'must not be negative')
const attempt = count.min(1, 'must be 1 or more')
const name = z.string('must be text').min(1, 'must not be empty').max(200, 'must have at most 200 characters')

const CREATE = z.object({
  token: name.optional(),
  filter: z.enum(FILTERS, `must be one of ${FILTERS.join(', ')}`).default(DEFAULT_FILTER),
  name: name.optional(),
})
const READY = z.object({ type: name, bytes: count, width: count, height: count })
const FINISH = z.object({ attempt, result: name, before: name, after: name })
const FAIL = z.object({
  attempt,
  reason: z.string('must be text').transform((text) => cut(text, 1000)),
})
const RELEASE = z.object({ attempt })

/** A page of the gallery, and the most that one request can get. */
const LIMIT = { usual: 50, most: 200 }

/** The requests of docs/apps/photos.md, "db". */
export function taskRoutes(tasks: TaskStore): Record<string, Handler> {
  const empty = (response: ServerResponse): void => {
    response.writeHead(204).end()
  }
  return {
    'POST /task': async (request, response) => {
      const { task, isNew } = await tasks.create(await readJson(request, CREATE))
      const status = isNew ? 201 : 200
      if (wantsJson(request)) sendJson(response, status, seen(task))
      else sendText(response, status, String(task.id))
    },
    'GET /task/next': async (_request, response, { query }) => {
      const worker = query.get('worker')
      if (!worker) throw new Refusal(400, 'The worker is missing; say who asks: /task/next?worker=NAME.')
      const task = await tasks.next(cut(worker, 200))
      if (task) sendJson(response, 200, seen(task))
      else sendJson(response, 404, { id: -1, state: 0 })
    },
    'GET /task/:id': async (_request, response, match) => {
      sendJson(response, 200, seen(await tasks.read(idOf(match))))
    },
    'POST /task/:id/ready': async (request, response, match) => {
      await tasks.ready(idOf(match), await readJson(request, READY))
      empty(response)
    },
    'POST /task/:id/finish': async (request, response, match) => {
      const { attempt, ...results } = await readJson(request, FINISH)
      await tasks.finish(idOf(match), attempt, results)
      empty(response)
    },
    'POST /task/:id/fail': async (request, response, match) => {
      const { attempt, reason } = await readJson(request, FAIL)
      await tasks.fail(idOf(match), attempt, reason)
      empty(response)
    },
    'POST /task/:id/release': async (request, response, match) => {
      const { attempt } = await readJson(request, RELEASE)
      await tasks.release(idOf(match), attempt)
      empty(response)
    },
    'GET /tasks': async (_request, response, { query }) => {
      const since = numberIn(query, 'changedSince')
      const limit = Math.min(numberIn(query, 'limit') ?? LIMIT.usual, LIMIT.most)
      if (limit === 0) throw new Refusal(400, 'limit must be 1 or more.')
      if (since === undefined) {
        const newest = await tasks.newest(limit, numberIn(query, 'before'))
        sendJson(response, 200, { tasks: newest.map(seen) })
      } else {
        const changed = await tasks.changedSince(since, limit)
        sendJson(response, 200, { tasks: changed.map(seen), newest: changed.at(-1)?.changedAt ?? since })
      }
    },
  }
}

const wantsJson = (request: IncomingMessage): boolean =>
  request.headers.accept?.includes('application/json') ?? false

function idOf({ params }: Match): number {
  const text = params.id ?? ''
  if (!/^\d{1,15}$/.test(text)) throw new Refusal(404, `There is no task ${text}.`)
  return Number(text)
}

function numberIn(query: URLSearchParams, key: string): number | undefined {
  const text = query.get(key)
  if (text === null) return undefined
  if (!/^\d{1,15}$/.test(text))
    throw new Refusal(400, `${key} must be a whole number, not ${text.slice(0, 50)}.`)
  return Number(text)
}
