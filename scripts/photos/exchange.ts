import { request } from 'node:http'
import { text } from 'node:stream/consumers'

/** An HTTP service's address and its name, which may differ behind a gateway. */
export interface Address {
  hostname: string
  port: string
  /** The value of the Host header. */
  host: string
}

export interface Answer {
  status: number
  text: string
}

export interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: Buffer
  timeoutMs?: number
}

/**
 * The address in an http URL. Node asks the system for names like `photos.localhost`, which not every system
 * knows; here, as in browsers, all of them mean this machine.
 */
export function addressOf(url: string): Address {
  const { hostname, host, port } = new URL(url)
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  return { hostname: isLocal ? '127.0.0.1' : hostname, port: port || '80', host }
}

/** Sends a request and returns its whole answer. Rejects when there is none. */
export function exchange(address: Address, path: string, sent: Sent = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, timeoutMs = 10_000 } = sent
  return new Promise((resolve, reject) => {
    const length = body ? { 'content-length': String(body.length) } : {}
    const call = request(
      {
        host: address.hostname,
        port: address.port,
        path,
        method,
        headers: { host: address.host, accept: 'application/json', ...length, ...headers },
      },
      (response) => {
        text(response).then((answer) => resolve({ status: response.statusCode ?? 0, text: answer }), reject)
      },
    )
    call.setTimeout(timeoutMs, () => call.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)))
    call.once('error', reject)
    call.end(body)
  })
}
