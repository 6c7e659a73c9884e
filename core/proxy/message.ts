/** A header's name and value; a name may come several times, and their order counts. */
export type Header = [name: string, value: string]

/** One request of a person's machine, as it travels to the function in the VPC. */
export interface ProxyRequest {
  /** The service's name in Consul. */
  service: string
  /** What the client spoke, and what is spoken to the service, without encryption. */
  protocol: 'HTTP/1.1' | 'HTTP/2'
  method: string
  path: string
  headers: Header[]
  /** Base64. */
  body: string
}

/** Why there is no answer of the service. */
export type ProxyProblem = 'nowhere' | 'unreachable' | 'too-large' | 'too-late' | 'broken'

export type ProxyAnswer =
  | { instance: string; status: number; headers: Header[]; body: string; trailers: Header[] }
  | { problem: ProxyProblem; sentence: string }

/**
 * Bytes of a body at most, either way. Lambda takes and gives 6 MB in a call (Lambda quotas, "Invocation
 * payload"), and base64 makes four bytes of three; the rest is for headers.
 */
export const BODY_LIMIT = 4_400_000

/** Seconds within which a service has to answer; the function ends four seconds later. */
export const ANSWER_SECONDS = 25

/**
 * Headers that are about one connection (RFC 9110, section 7.6.1), and what each connection makes anew. `te`
 * is kept where it says `trailers`, as gRPC servers ask for it.
 */
const OF_A_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'transfer-encoding',
  'upgrade',
  'trailer',
  'expect',
  'http2-settings',
])

/** The headers that are passed on: without those of the connection, and those that it names itself. */
export function passedOn(headers: readonly Header[]): Header[] {
  const named = headers
    .filter(([name]) => name.toLowerCase() === 'connection')
    .flatMap(([, value]) => value.split(',').map((word) => word.trim().toLowerCase()))
  return headers.filter(([header, value]) => {
    const name = header.toLowerCase()
    if (name === 'te') return value.trim().toLowerCase() === 'trailers'
    return !name.startsWith(':') && !OF_A_CONNECTION.has(name) && !named.includes(name)
  })
}

/** Pairs out of Node's flat lists, and of what it gives for HTTP/2. */
export const pairs = (raw: readonly string[]): Header[] =>
  raw.flatMap((name, index): Header[] => (index % 2 === 0 ? [[name, raw[index + 1] ?? '']] : []))

export const headerOf = (headers: readonly Header[], wanted: string): string | undefined =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1]

/** gRPC over HTTP/2 ("gRPC over HTTP2", Requests). */
export const isGrpc = (headers: readonly Header[]): boolean =>
  /^application\/grpc($|[+;])/.test(headerOf(headers, 'content-type') ?? '')

/** What a client is told when the service gave no answer: HTTP's status, and gRPC's. */
export const STATUS: Record<ProxyProblem, { http: number; grpc: number }> = {
  nowhere: { http: 503, grpc: 14 },
  unreachable: { http: 502, grpc: 14 },
  'too-large': { http: 502, grpc: 8 },
  'too-late': { http: 504, grpc: 4 },
  broken: { http: 502, grpc: 13 },
}

/**
 * Whether the function may look a name up: one label, so that the name cannot lead out of Consul's services,
 * and not the servers' own.
 */
export const isReachable = (service: string): boolean =>
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i.test(service) && service.toLowerCase() !== 'consul'
