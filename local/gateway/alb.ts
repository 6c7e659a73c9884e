import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { answerError, answerFixed, answerRedirect, rawError } from './answers.ts'
import type { Fleet } from './fleet.ts'
import { isAmbiguous, isClearUpgrade, isRefused, refuse, targetOf } from './framing.ts'
import { proxy } from './proxy.ts'
import { hostName, pathOf } from './routing.ts'
import type { Action } from './state.ts'
import { proxyUpgrade } from './upgrade.ts'
import type { TargetAgent } from './upstream.ts'

/** What a server asks on each request; the answers may change between requests. */
export interface Door {
  /** Undefined: nothing to answer with, so the gateway answers with its landing page or a 404. */
  choose(host: string, path: string, headers: IncomingHttpHeaders): Action | undefined
  agent(): TargetAgent
  /** Answers requests that no action covers. */
  otherwise(request: IncomingMessage, response: ServerResponse): void
}

/** Milliseconds: an ALB's "Connection idle timeout", also between two requests of one client. */
const IDLE_MS = 60_000

/** An HTTP listener. Requests are streamed and never buffered; pipelined ones are answered in order. */
export function createAlb(door: Door, fleet: Fleet): Server {
  const options: ServerOptions & { shouldUpgradeCallback: (request: IncomingMessage) => boolean } = {
    keepAliveTimeout: IDLE_MS,
    headersTimeout: IDLE_MS,
    requestTimeout: 0,
    // An ALB supports no upgrade but WebSockets: `h2c` is answered as HTTP/1.1.
    shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
  }
  const server = createServer(options, (request, response) => answer(door, fleet, request, response))
  server.on('upgrade', (request, socket, head) => upgrade(door, fleet, request, socket, head))
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end(rawError(400))
  })
  return server
}

function answer(door: Door, fleet: Fleet, request: IncomingMessage, response: ServerResponse): void {
  if (isRefused(request.socket)) return
  if (isAmbiguous(request)) {
    refuse(request.socket)
    response.shouldKeepAlive = false
    answerError(response, 400)
    return
  }
  const url = targetOf(request)
  const host = hostName(request.headers.host)
  const action = door.choose(host, pathOf(url), request.headers)
  const port = portOf(request)
  switch (action?.type) {
    case 'forward': {
      const target = fleet.pick(action)
      if (target) proxy({ request, response, target, port, agent: door.agent() })
      else answerError(response, 503)
      return
    }
    case 'redirect': {
      const query = url.slice(pathOf(url).length + 1)
      answerRedirect(response, action, { host, port, path: pathOf(url), query })
      return
    }
    case 'fixed-response':
      answerFixed(response, action)
      return
    default:
      door.otherwise(request, response)
  }
}

function upgrade(door: Door, fleet: Fleet, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  if (isRefused(socket)) return
  if (!isClearUpgrade(request)) {
    socket.on('error', () => socket.destroy())
    socket.end(rawError(400))
    return
  }
  const action = door.choose(hostName(request.headers.host), pathOf(targetOf(request)), request.headers)
  const target = action?.type === 'forward' ? fleet.pick(action) : undefined
  if (!target) {
    socket.on('error', () => socket.destroy())
    socket.end(rawError(action?.type === 'forward' ? 503 : 404))
    return
  }
  proxyUpgrade({
    request,
    socket,
    head,
    target,
    port: portOf(request),
    idleMs: door.agent().idleMs,
  })
}

const portOf = (request: IncomingMessage): number => (request.socket as Socket).localPort ?? 0
