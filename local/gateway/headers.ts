import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Headers that concern only one connection (RFC 9110, 7.6.1), and those that the gateway writes itself. */
const OWN_REQUEST = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'proxy-authenticate', 'te', 'trailer', 'upgrade', 'expect',
  'x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-port', 'x-amzn-trace-id', 'http2-settings',
  // Names that some servers read as the ones that end a message.
  'content_length', 'transfer_encoding',
]) // biome-ignore format: a list of names
const HOP_RESPONSE = new Set([
  'connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade',
]) // biome-ignore format: a list of names

/**
 * Raw header pairs for the target: the client's, without hop-by-hop headers, plus what "HTTP headers and
 * Application Load Balancers" lists. `port` is the one that the client used.
 */
export function requestHeaders(request: IncomingMessage, port: number): string[] {
  const raw = request.rawHeaders
  const named = connectionNames(request.headers.connection)
  const headers: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string
    const lower = name.toLowerCase()
    if (!OWN_REQUEST.has(lower) && !named?.has(lower)) headers.push(name, raw[index + 1] as string)
  }
  const { headers: given } = request
  const client = request.socket.remoteAddress ?? ''
  const chain = given['x-forwarded-for']
  headers.push('X-Forwarded-For', chain ? `${chain}, ${client}` : client)
  headers.push('X-Forwarded-Proto', 'http', 'X-Forwarded-Port', String(port))
  headers.push('X-Amzn-Trace-Id', traceId(given['x-amzn-trace-id']))
  if (mayHaveBody(request.method) && !hasBody(request)) headers.push('Content-Length', '0')
  return headers
}

/** Raw header pairs for the client: the target's, without hop-by-hop headers. */
export function responseHeaders(response: IncomingMessage): string[] {
  const raw = response.rawHeaders
  const named = connectionNames(response.headers.connection)
  const headers: string[] = []
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string
    const lower = name.toLowerCase()
    if (!HOP_RESPONSE.has(lower) && !named?.has(lower)) headers.push(name, raw[index + 1] as string)
  }
  return headers
}

export function hasBody(request: IncomingMessage): boolean {
  const { headers } = request
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** Methods for which Node's client would otherwise announce a chunked body that never comes. */
function mayHaveBody(method: string | undefined): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH'
}

/** Other names that `Connection` declares hop-by-hop; undefined in the usual case of none. */
function connectionNames(value: string | undefined): Set<string> | undefined {
  if (value === undefined || /^(keep-alive|close|upgrade)$/i.test(value)) return undefined
  return new Set(value.toLowerCase().split(/\s*,\s*/))
}

const run = randomBytes(8).toString('hex')
let count = 0

/**
 * "Request tracing for your Application Load Balancer": a Root is kept and gets a Self, otherwise one is
 * created.
 */
export function traceId(given: string | string[] | undefined): string {
  count = (count + 1) % 0x1_0000_0000
  const fresh = `1-${seconds()}-${run}${count.toString(16).padStart(8, '0')}`
  const header = Array.isArray(given) ? given.join(';') : given
  if (!header) return `Root=${fresh}`
  return /(^|;)\s*Root=/.test(header) ? `Self=${fresh};${header}` : `Root=${fresh};${header}`
}

function seconds(): string {
  return Math.floor(Date.now() / 1000)
    .toString(16)
    .padStart(8, '0')
}
