import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { cookie, expired, readCookies } from './cookies.ts'
import { type CurrencyCode, DEFAULT_CURRENCY, isShown } from './currencies.ts'

const SESSION = 'shop_session-id'
const CURRENCY = 'shop_currency'
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** The time that a page may take with all it needs. */
const PAGE_MS = 5000

/** One request of one visitor. */
export interface Visit {
  /** A UUID: the user's id at all services. */
  session: string
  currency: CurrencyCode
  /** The moment (Date.now()) until which calls for this page may take. */
  deadline: number
}

/** Who asks, by the cookies. A visitor without a session, or with one that we never gave, gets a new one with the answer. */
export function welcome(request: IncomingMessage, response: ServerResponse): Visit {
  const cookies = readCookies(request.headers.cookie)
  const known = cookies.get(SESSION)?.toLowerCase()
  const session = known !== undefined && UUID.test(known) ? known : randomUUID()
  if (session !== known) response.appendHeader('set-cookie', cookie(SESSION, session, isSecure(request)))
  const wanted = cookies.get(CURRENCY)
  const currency = isShown(wanted) ? wanted : DEFAULT_CURRENCY
  return { session, currency, deadline: Date.now() + PAGE_MS }
}

/** Has the visitor's browser keep a currency. */
export function keepCurrency(request: IncomingMessage, response: ServerResponse, code: CurrencyCode): void {
  response.appendHeader('set-cookie', cookie(CURRENCY, code, isSecure(request)))
}

/** Has the visitor's browser forget who it was. */
export function forget(response: ServerResponse): void {
  for (const name of [SESSION, CURRENCY]) response.appendHeader('set-cookie', expired(name))
}

/** Whether the browser speaks HTTPS, as the load balancer in front of us tells. */
const isSecure = (request: IncomingMessage): boolean => request.headers['x-forwarded-proto'] === 'https'
