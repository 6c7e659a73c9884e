import { Agent, type ClientRequest, type IncomingMessage, request as open } from 'node:http'
import { Readable } from 'node:stream'
import type { Body } from './body.ts'

/** No connection could be made: the instance has seen nothing of the request. */
export class Unreached extends Error {
  override name = 'Unreached'
}

/** The request may have been carried out, but no answer came. */
export class Lost extends Error {
  override name = 'Lost'
}

export interface Call {
  method: string
  headers: Headers
  body: Body
  /** How long the instance may be silent while it is its turn, before and during its answer. */
  silenceMs: number
  signal?: AbortSignal | undefined
}

/** The source of the request body failed: not the instance's fault. */
export class SourceFailure extends Error {
  override name = 'SourceFailure'
}

/** An instance in the same network accepts within a few milliseconds; one that is gone never does. */
const CONNECT_MS = 1000

const BODILESS = new Set([204, 205, 304])
const agent = new Agent({ keepAlive: true })

/**
 * A stream cannot be sent again, so it never uses a connection that the other end may have closed. The new
 * connection still asks for keep-alive: a server that refuses a long body early would otherwise close it, and
 * the refusal be lost.
 */
const freshAgent = new Agent({ keepAlive: true, maxFreeSockets: 0 })

/**
 * One request to one instance, `host:port`. The answer's body has to be read or cancelled.
 * @throws Unreached, or Lost once connected; SourceFailure; the signal's reason when it was aborted
 */
export function call(address: string, path: string, what: Call): Promise<Response> {
  const { method, headers, body, silenceMs, signal } = what
  const request = open(`http://${address}${path}`, {
    method,
    agent: body.once ? freshAgent : agent,
    headers: { ...body.headers, ...Object.fromEntries(headers) },
    ...(signal ? { signal } : {}),
  })
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  let connected = false
  let answer: IncomingMessage | undefined
  request.setTimeout(silenceMs, () => {
    if (!isOurTurn(request, answer)) request.destroy(new Error(`silent for ${silenceMs} ms`))
  })
  whenConnected(request, () => {
    connected = true
    send(request, body)
  })
  request.once('response', (message) => {
    answer = message
    resolve(toResponse(message, method))
  })
  // Later errors, from a body whose answer came early, change nothing: the promise is settled.
  request.on('error', (cause) => {
    if (signal?.aborted) reject(signal.reason)
    else if (cause instanceof SourceFailure) reject(cause)
    else if (connected) reject(new Lost(`${address} took the request: ${cause.message}`, { cause }))
    else reject(new Unreached(`${address}: ${cause.message}`, { cause }))
  })
  return promise
}

/** Nothing is written before this, so that a stream is still whole for another instance. */
function whenConnected(request: ClientRequest, then: () => void): void {
  request.once('socket', (socket) => {
    if (!socket.connecting) {
      then()
      return
    }
    const limit = setTimeout(() => request.destroy(new Error('no connection within 1 s')), CONNECT_MS)
    request.once('close', () => clearTimeout(limit))
    socket.once('connect', () => {
      clearTimeout(limit)
      then()
    })
  })
}

function send(request: ClientRequest, body: Body): void {
  const content = body.open()
  if (content instanceof Readable) {
    content.once('error', (cause) => request.destroy(new SourceFailure('the body failed', { cause })))
    request.once('close', () => content.unpipe(request))
    content.pipe(request)
  } else {
    request.end(content)
  }
}

/** Whether the silence is on our side: the source of the body or the reader of the answer is slow. */
function isOurTurn(request: ClientRequest, answer: IncomingMessage | undefined): boolean {
  const sourceWaits = !request.writableEnded && request.writableLength === 0
  return answer === undefined ? sourceWaits : answer.readableLength > 0
}

function toResponse(message: IncomingMessage, method: string): Response {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(message.headersDistinct)) {
    for (const value of values) headers.append(name, value)
  }
  const status = message.statusCode ?? 502
  const isEmpty = method === 'HEAD' || BODILESS.has(status)
  if (isEmpty) message.resume()
  const body = isEmpty ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>)
  return new Response(body, { status, headers })
}
