import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/**
 * Headers that say where a message ends and whose it is. `Connection` may never name them: a proxy that took
 * them away would send a target something else than it read (request smuggling; RFC 9110, 7.6.1).
 */
const FRAMING = ['content-length', 'transfer-encoding', 'host']

/**
 * Whether the target could read a request in another way than the gateway did. Node's strict parser has
 * refused the rest by then: bare line feeds, folded headers, spaces before a colon, two lengths that differ.
 */
export function isAmbiguous(request: IncomingMessage): boolean {
  const counts = countNames(request.rawHeaders)
  const { headers, httpVersion } = request
  const hosts = counts.get('host') ?? 0
  return (
    (counts.get('content-length') ?? 0) > 1 ||
    hosts > 1 ||
    (hosts === 1 && !/^[\w.:[\]-]+$/.test(headers.host ?? '')) ||
    isUnclearEncoding(headers['transfer-encoding'], counts, httpVersion) ||
    namesFraming(headers.connection) ||
    !hasClearTarget(request)
  )
}

/** Only `chunked`, alone, and only from clients that know it (RFC 9112, 6.1). */
function isUnclearEncoding(
  encoding: string | undefined,
  counts: Map<string, number>,
  httpVersion: string,
): boolean {
  if (encoding === undefined) return false
  return encoding.toLowerCase() !== 'chunked' || counts.has('content-length') || httpVersion === '1.0'
}

function namesFraming(connection: string | undefined): boolean {
  if (connection === undefined) return false
  const named = connection.toLowerCase().split(',')
  return named.some((name) => FRAMING.includes(name.trim()))
}

/** A path, `*` of OPTIONS, or a whole URL of the host that `Host` names (RFC 9112, 3.2). */
function hasClearTarget({ url = '', method, headers }: IncomingMessage): boolean {
  if (url.startsWith('/')) return true
  if (url === '*') return method === 'OPTIONS'
  return authorityOf(url) === headers.host?.toLowerCase()
}

function authorityOf(url: string): string | undefined {
  return /^http:\/\/([^/?#@]+)(?=[/?]|$)/i.exec(url)?.[1]?.toLowerCase()
}

/** The request's path with its query, also of one that came with a whole URL. */
export function targetOf({ url = '/' }: IncomingMessage): string {
  if (url.startsWith('/') || url === '*') return url
  const rest = url.replace(/^[a-z]+:\/\/[^/?]*/i, '')
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** Whether an upgrade is one of RFC 6455: a GET of HTTP/1.1 without a body. */
export function isClearUpgrade(request: IncomingMessage): boolean {
  const { method, httpVersion, headers } = request
  const body = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
  return method === 'GET' && httpVersion === '1.1' && !body && !isAmbiguous(request)
}

/** Connections whose client was refused: what it sent behind that request is not read. */
const refused = new WeakSet<Duplex>()
export const refuse = (socket: Duplex): void => void refused.add(socket)
export const isRefused = (socket: Duplex): boolean => refused.has(socket)

function countNames(rawHeaders: string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}
