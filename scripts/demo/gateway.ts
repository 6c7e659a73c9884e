import { type IncomingHttpHeaders, request } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** A request that goes through the gateway. */
export interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: Buffer
  /** How many seconds the gateway may be silent; 5 by default. */
  seconds?: number
}

/** An answer, read to its end. */
export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/**
 * Sends a request to a public host name. Node asks the system for `web.localhost`, which not every system
 * knows, so the request goes to the gateway's address with the name in its Host header, as a browser would
 * send it.
 * @throws Error when no complete answer comes, whatever its status
 */
export async function throughGateway(url: string, sent: Sent = {}): Promise<Answer> {
  const { host, port, pathname, search } = new URL(url)
  const { method = 'GET', headers = {}, body, seconds = 5 } = sent
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = request({
    host: '127.0.0.1',
    port,
    path: pathname + search,
    method,
    headers: { ...headers, host, ...(body ? { 'content-length': body.length } : {}) },
    timeout: seconds * 1000,
  })
  asked.once('response', (response) => {
    const { statusCode: status = 0, headers } = response
    buffer(response).then((body) => resolve({ status, headers, body }), reject)
  })
  asked.once('timeout', () => asked.destroy(new Error(`no answer within ${seconds} s`)))
  // An answer may come before a long body is sent, and the connection close afterwards: the promise is
  // settled.
  asked.on('error', reject)
  asked.end(body)
  return promise
}
