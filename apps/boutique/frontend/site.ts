import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { PeerFailure } from '../../lib/grpc/problem.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Handler, Match } from '../../lib/routes.ts'
import { type CurrencyCode, DEFAULT_CURRENCY } from './currencies.ts'
import type { Html } from './html.ts'
import { sameOrigin } from './same-origin.ts'
import { sendPage } from './send-page.ts'
import type { Services } from './services.ts'
import type { Shop } from './shop.ts'
import { type Frame, page } from './views/frame.ts'
import type { Look } from './views/look.ts'
import { problem } from './views/problem.ts'
import { type Visit, welcome } from './visit.ts'

/** What the handlers of pages work with. */
export interface Site {
  shop: Shop
  checkout: Services['checkout']
  look: Look
  now: () => Date
}

/** One request for a page, and the way to answer it. */
export interface Ask extends Match {
  request: IncomingMessage
  response: ServerResponse
  visit: Visit
  /** Answers with a page, framed by the number of pieces in the cart and the currencies. */
  show(status: number, frame: Pick<Frame, 'kind' | 'title' | 'query'>, main: Html): Promise<void>
}

/** A handler that knows the visitor, refuses forms from other sites and answers errors with a page. */
export const paged =
  ({ shop, look }: Site, answer: (ask: Ask) => void | Promise<void>): Handler =>
  async (request, response, match) => {
    const visit = welcome(request, response)
    const around = async () => {
      const [pieces, currencies] = await Promise.all([shop.pieces(visit), shop.currencies()])
      return { pieces, currencies, currency: visit.currency }
    }
    // Requested at once, in parallel with what the page itself needs; a form changes the cart first.
    const early = request.method === 'POST' ? undefined : around()
    const show: Ask['show'] = async (status, frame, main) => {
      const surroundings = await (early ?? around())
      await sendPage(request, response, status, page(look, { ...frame, ...surroundings }, main))
    }
    try {
      if (request.method === 'POST') sameOrigin(request.headers)
      await answer({ request, response, visit, show, ...match })
    } catch (error) {
      // A caller that hung up gets no answer, and what broke because of it is not our fault.
      if (request.destroyed && !request.complete) return
      if (response.headersSent) throw error
      await sendProblem(look, visit.currency, request, response, error)
    }
  }

/** A handler for paths without a page. */
export const missing =
  ({ look }: Site): Handler =>
  (request, response) => {
    const nothing = new Refusal(404, `There is no page at ${request.url?.split('?', 1)[0]}.`)
    return sendProblem(look, DEFAULT_CURRENCY, request, response, nothing)
  }

/** Calls that may succeed a little later. */
const PASSING = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION'])

async function sendProblem(
  look: Look,
  currency: CurrencyCode,
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): Promise<void> {
  const { status, title, sentence } = explain(error)
  const reference = status >= 500 ? refer(request, error) : undefined
  if (status === 503) response.setHeader('retry-after', '5')
  const main = problem(title, sentence, reference)
  await sendPage(request, response, status, page(look, { title, kind: 'problem', currency }, main))
}

function explain(error: unknown): { status: number; title: string; sentence: string } {
  if (error instanceof Refusal) {
    const title = error.status === 404 ? 'There is nothing here' : 'That did not work'
    return { status: error.status, title, sentence: error.message }
  }
  if (error instanceof PeerFailure && PASSING.has(error.code)) {
    const sentence = 'A part of the shop is not answering right now. Try again in a few seconds.'
    return { status: 503, title: 'One moment, please', sentence }
  }
  const sentence = 'Something is wrong on our side. If it keeps happening, tell us the reference.'
  return { status: 500, title: 'This is our fault', sentence }
}

/** Logs what happened, under a reference that the page shows. */
export function refer(request: IncomingMessage, error: unknown): string {
  const reference = randomUUID().slice(0, 8)
  // The other service's sentence says it all; its client's stack trace adds nothing.
  const what = error instanceof PeerFailure ? error.message : error
  console.error(`reference ${reference}: ${request.method} ${request.url?.split('?', 1)[0]}:`, what)
  return reference
}
