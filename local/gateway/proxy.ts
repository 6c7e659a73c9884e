import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import { answerError } from './answers.ts'
import { targetOf } from './framing.ts'
import { hasBody, requestHeaders, responseHeaders } from './headers.ts'
import type { ReachableTarget } from './targets.ts'
import { ConnectTimeout, mayRepeat, type TargetAgent } from './upstream.ts'

/** A request on its way to a target. */
export interface Exchange {
  request: IncomingMessage
  response: ServerResponse
  target: ReachableTarget
  /** The port the client used. */
  port: number
  agent: TargetAgent
}

/**
 * Sends the request to the target and streams the answer back, without buffering either. Answers 502 when the
 * target refuses, closes or talks nonsense, and 504 when it is silent for the idle timeout. No library does
 * it: which requests an Application Load Balancer repeats, which headers it adds and what it answers when a
 * target fails is what the apps' tests are about.
 */
export function proxy(exchange: Exchange): void {
  const { response, target } = exchange
  const flight: Flight = { ...exchange, ended: false, asked: undefined }
  target.begin()
  response.once('close', () => {
    flight.ended = true
    target.end()
    // The client is gone or everything has been sent: a target must not keep working for nobody.
    if (!response.writableFinished) flight.asked?.destroy()
  })
  send(flight, false)
}

interface Flight extends Exchange {
  ended: boolean
  asked: ClientRequest | undefined
}

/** An ALB does not check its targets' certificates ("Target groups for your Application Load Balancers"). */
const unverified = { rejectUnauthorized: false }
const secureAgent = new SecureAgent({ keepAlive: true, ...unverified })

function send(flight: Flight, again: boolean): void {
  const { request: incoming, target } = flight
  const ask = target.secure ? secureRequest : request
  const asked = ask({
    host: target.address,
    port: target.port,
    method: incoming.method ?? 'GET',
    path: targetOf(incoming),
    headers: requestHeaders(incoming, flight.port),
    agent: again ? false : target.secure ? secureAgent : flight.agent,
    ...unverified,
    timeout: flight.agent.idleMs,
  })
  flight.asked = asked
  asked.on('response', (answer) => relay(flight, answer))
  asked.on('timeout', () => timedOut(flight, asked))
  asked.on('error', (error) => failed(flight, asked, error))
  if (!hasBody(incoming)) {
    asked.end()
    return
  }
  // A target may answer or refuse before the first byte of a slow body: it must see the headers now.
  if (incoming.readableLength === 0) asked.flushHeaders()
  incoming.pipe(asked)
}

function relay(flight: Flight, answer: IncomingMessage): void {
  const { response } = flight
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, responseHeaders(answer))
  // Without a length this may be an event stream: its headers must not wait for the first event.
  if (answer.headers['content-length'] === undefined) response.flushHeaders()
  answer.on('error', () => response.destroy())
  answer.on('aborted', () => response.destroy())
  answer.pipe(response)
}

function timedOut(flight: Flight, asked: ClientRequest): void {
  if (!flight.ended) answerError(flight.response, flight.request.complete ? 504 : 408)
  asked.destroy()
}

function failed(flight: Flight, asked: ClientRequest, error: Error): void {
  if (flight.ended || flight.response.headersSent) {
    flight.response.destroy()
    return
  }
  if (mayRepeat(asked, flight.request.method, hasBody(flight.request))) {
    send(flight, true)
    return
  }
  flight.request.unpipe(asked)
  flight.request.resume()
  answerError(flight.response, error instanceof ConnectTimeout ? 504 : 502)
}
