import type { IncomingHttpHeaders } from 'node:http'
import { hostName } from './routing.ts'
import type { FixedResponseAction } from './state.ts'

/**
 * Whether a page of somewhere else asks for the gateway's own pages, or a name that somebody's DNS points
 * here. A link to them may be followed: the browser then shows the page and tells nobody what is in it.
 */
export function isForeign(headers: IncomingHttpHeaders): boolean {
  const { host = '', origin } = headers
  if (!isLoopback(hostName(host)) || (origin !== undefined && origin !== `http://${host}`)) return true
  const site = headers['sec-fetch-site'] ?? 'none'
  return !['none', 'same-origin'].includes(String(site)) && headers['sec-fetch-mode'] !== 'navigate'
}

/** RFC 6761, 6.3: `localhost` and what is below it are never asked of DNS. */
export function isLoopback(host: string): boolean {
  return host === '' || /(^|\.)localhost$|^\[::1\]$/.test(host) || /^127(\.\d{1,3}){3}$/.test(host)
}

export const REFUSED: FixedResponseAction = {
  type: 'fixed-response',
  statusCode: 403,
  contentType: 'text/plain',
  body: 'Pages of other origins may not use this one.\n',
}
