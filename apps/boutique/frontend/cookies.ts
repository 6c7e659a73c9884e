/** How long a visitor is remembered. */
const HOURS = 48

/**
 * The cookies of a request. A value that cannot be decoded is taken as is; of two with the same name the
 * first counts.
 */
export function readCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>()
  for (const pair of (header ?? '').split(';')) {
    const split = pair.indexOf('=')
    const name = pair.slice(0, Math.max(split, 0)).trim()
    if (name !== '' && !cookies.has(name)) cookies.set(name, decoded(pair.slice(split + 1).trim()))
  }
  return cookies
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * The name of a cookie. Over HTTPS with the prefix that browsers take from this host alone: a page of another
 * name below the same domain can neither set nor replace it (RFC 6265bis, "The \"__Host-\" Prefix").
 */
export const named = (name: string, secure: boolean): string => (secure ? `__Host-${name}` : name)

/** A cookie for 48 h, hidden from scripts and from requests by another site's form. */
export const cookie = (name: string, value: string, secure: boolean): string =>
  `${named(name, secure)}=${encodeURIComponent(value)}; Path=/; Max-Age=${HOURS * 3600}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`

/** The same cookie, expired at once. */
export const expired = (name: string, secure: boolean): string =>
  `${named(name, secure)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
