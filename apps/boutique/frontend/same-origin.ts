import type { IncomingHttpHeaders } from 'node:http'
import { Refusal } from '../../lib/refusal.ts'

/**
 * Refuses forms that a browser sends from a page of another site. Programs that are no browser send neither header and
 * carry nobody's cookies.
 * @throws Refusal 403
 */
export function sameOrigin({ host, origin, 'sec-fetch-site': site }: IncomingHttpHeaders): void {
  const isOurs = site === undefined ? origin === undefined || hostOf(origin) === host : OURS.has(String(site))
  if (!isOurs)
    throw new Refusal(403, 'This form was sent from another site. Go to the shop and try again there.')
}

/** `none` is a request that the user made by hand (Fetch Metadata, section 2.4). */
const OURS = new Set(['same-origin', 'none'])

/** The scheme may differ from what we see: the load balancer ends TLS. */
const hostOf = (origin: string): string | undefined => URL.parse(origin)?.host

/**
 * The page of this shop that a form was sent from; the home page when that is not told.
 * @returns a path that stays at this host
 */
export function backTo({ host, referer }: IncomingHttpHeaders): string {
  const url = URL.parse(referer ?? '')
  if (url === null || url.host !== host) return '/'
  // Two slashes in front would be read as the name of another host.
  return `/${url.pathname.replace(/^\/+/, '')}${url.search}`
}
