import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { cookie, expired, named, readCookies } from './cookies.ts'
import { type CurrencyCode, DEFAULT_CURRENCY, isShown } from './currencies.ts'

const SESSION = 'shop_session-id'
const CURRENCY = 'shop_currency'
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** How long a page may take, including everything it needs. */
const PAGE_MS = 5000

/** One request of one visitor. */
export interface Visit {
  /** A UUID: the user's id in all services. */
  session: string
  currency: CurrencyCode
  /** When (Date.now()) calls for this page must have finished. */
  deadline: number
}

/**
 * The visitor, from the cookies. One without a session, or with one that is not ours, gets a new one with the
 * answer.
 */
export function welcome(request: IncomingMessage, response: ServerResponse): Visit {
  const secure = isSecure(request)
  const cookies = readCookies(request.headers.cookie)
  const known = cookies.get(named(SESSION, secure))?.toLowerCase()
  const session = known !== undefined && UUID.test(known) ? known : randomUUID()
  if (session !== known) response.appendHeader('set-cookie', cookie(SESSION, session, secure))
  const wanted = cookies.get(named(CURRENCY, secure))
  const currency = isShown(wanted) ? wanted : DEFAULT_CURRENCY
  return { session, currency, deadline: Date.now() + PAGE_MS }
}

/** Makes the visitor's browser remember a currency. */
export function keepCurrency(request: IncomingMessage, response: ServerResponse, code: CurrencyCode): void {
  response.appendHeader('set-cookie', cookie(CURRENCY, code, isSecure(request)))
}

/** Makes the visitor's browser forget the session and the currency. */
export function forget(request: IncomingMessage, response: ServerResponse): void {
  const secure = isSecure(request)
  for (const name of [SESSION, CURRENCY]) response.appendHeader('set-cookie', expired(name, secure))
}

/** Whether the browser uses HTTPS, according to the load balancer in front of us. */
const isSecure = (request: IncomingMessage): boolean => request.headers['x-forwarded-proto'] === 'https'
