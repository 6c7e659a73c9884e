import type { IncomingHttpHeaders } from 'node:http'
import { Refusal } from '../../lib/refusal.ts'

/**
 * Refuses forms that a browser sends from another site's page. Programs other than browsers send neither
 * header and carry no user's cookies.
 * @throws Refusal 403
 */
export function sameOrigin({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): void {
  const isOurs = site === undefined ? origin === undefined || hostOf(origin) === host : OURS.has(String(site))
  if (!isOurs) throw new Refusal(403, 'This form was sent from another site. Try again in the shop.')
}

/** `none` is a request that the user made directly (Fetch Metadata, section 2.4). */
const OURS = new Set(['same-origin', 'none'])

/** The scheme may differ from what we see: the load balancer ends TLS. */
const hostOf = (origin: string): string | undefined => URL.parse(origin)?.host

/**
 * The page of this shop that a form was sent from; the home page when that is unknown.
 * @returns a path on this host
 */
export function backTo({ host, referer }: IncomingHttpHeaders): string {
  const url = URL.parse(referer ?? '')
  if (url === null || url.host !== host) return '/'
  // Two leading slashes would be read as another host name.
  return `/${url.pathname.replace(/^\/+/, '')}${url.search}`
}
