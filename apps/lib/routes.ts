import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { sendText } from './answers.ts'
import { Refusal } from './refusal.ts'
import { stopping } from './stopping.ts'

/** What a route found in the request's URL. */
export interface Match {
  params: Record<string, string>
  query: URLSearchParams
}

export type Handler = (
  request: IncomingMessage,
  response: ServerResponse,
  match: Match,
) => void | Promise<void>

interface Route {
  method: string
  pattern: URLPattern
  handler: Handler
}

/**
 * Routes requests by a table such as `{'GET /task/:id': handler}`; the first match
 * wins. Answers `GET /healthz` itself:
 * 200, or 503 once the process has been told to stop. A path without a
 * route gets a 404, another method a 405. What a
 * handler throws is answered too: a Refusal by its status
 * and sentence, anything else by 500 and a line in the log.
 *
 * Handlers get Node's own request and response, as uploads, events and answers to those who have hung up need
 * them. Hono with its server would put its Request and Response between (47 KB of a bundle, against 2 KB),
 * and leave the rest of this to be written.
 */
export function routes(table: Record<string, Handler>): RequestListener {
  const all = Object.entries({ 'GET /healthz': health, ...table }).map(([key, handler]) =>
    toRoute(key, handler),
  )
  return (request, response) => {
    answer(all, request, response).catch((error: unknown) => refuse(request, response, error))
  }
}

function toRoute(key: string, handler: Handler): Route {
  const [method, pathname] = key.split(' ', 2)
  if (!method || !pathname?.startsWith('/')) throw new Error(`route ${key}: write it as 'GET /path'`)
  return { method, pattern: new URLPattern({ pathname }), handler }
}

const health: Handler = (_request, response) => {
  const [status, text] = stopping() ? [503, 'stopping'] : [200, 'ok']
  sendText(response, status, text)
}

async function answer(all: Route[], request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = addressOf(request)
  // Node itself leaves out the body of an answer to HEAD.
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const there = all.filter(({ pattern }) => pattern.test({ pathname: url.pathname }))
  const route = there.find((one) => one.method === method)
  if (route) {
    const groups = route.pattern.exec({ pathname: url.pathname })?.pathname.groups ?? {}
    await route.handler(request, response, { params: decoded(groups), query: url.searchParams })
  } else if (there.length > 0) {
    const allow = there.flatMap((one) => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method])).join(', ')
    response.setHeader('allow', allow)
    throw new Refusal(405, `${url.pathname} answers ${allow} only.`)
  } else {
    throw new Refusal(404, `There is nothing at ${url.pathname}.`)
  }
}

function addressOf(request: IncomingMessage): URL {
  const url = URL.parse(`http://service${request.url ?? '/'}`)
  if (url === null) throw new Refusal(400, 'The address of the request cannot be read.')
  return url
}

function decoded(groups: Record<string, string | undefined>): Record<string, string> {
  try {
    return Object.fromEntries(
      Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value ?? '')]),
    )
  } catch (cause) {
    throw new Refusal(400, 'The address of the request cannot be read.', { cause })
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  // A caller that hung up gets no answer, and what broke because of it is not our fault.
  if ((request.destroyed && !request.complete) || isHangUp(response, error)) return
  const place = `${request.method} ${request.url?.split('?', 1)[0]}`
  if (!(error instanceof Refusal)) console.error(`${place}:`, error)
  if (response.headersSent) {
    // A broken connection is the only way left to say that the answer is incomplete.
    response.destroy()
  } else if (error instanceof Refusal) {
    sendText(response, error.status, error.message)
  } else {
    sendText(response, 500, `${place} failed; the log of this instance says why.`)
  }
}

/** The caller left in the middle of the answer. */
function isHangUp(response: ServerResponse, error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return response.destroyed && (code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR')
}
