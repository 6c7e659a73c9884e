import { type IncomingMessage, request } from 'node:http'
import type { Duplex } from 'node:stream'
import { rawError } from './answers.ts'
import { targetOf } from './framing.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import type { ReachableTarget } from './targets.ts'

/** A client connection that asks to become a WebSocket. */
export interface Upgrade {
  request: IncomingMessage
  socket: Duplex & { setTimeout?: (ms: number) => void }
  /** What the client has already sent after its request. */
  head: Buffer
  target: ReachableTarget
  port: number
  /** Milliseconds without a byte in either direction after which both connections are closed. */
  idleMs: number
}

/**
 * Passes on an upgrade; once the target agrees, bytes flow both ways until one side closes or both are idle.
 */
export function proxyUpgrade(upgrade: Upgrade): void {
  const { request: incoming, socket, target } = upgrade
  target.begin()
  socket.once('close', () => target.end())
  socket.on('error', () => socket.destroy())
  const asked = request({
    host: target.address,
    port: target.port,
    method: incoming.method ?? 'GET',
    path: targetOf(incoming),
    headers: [...requestHeaders(incoming, upgrade.port), 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
    agent: false,
    timeout: upgrade.idleMs,
  })
  asked.on('upgrade', (answer, far, head) => join(upgrade, answer, far, head))
  asked.on('response', (answer) => refuse(socket, answer))
  asked.on('timeout', () => {
    socket.end(rawError(504))
    asked.destroy()
  })
  asked.on('error', () => {
    if (socket.writable) socket.end(rawError(502))
  })
  socket.once('close', () => asked.destroy())
  asked.end()
}

function join(upgrade: Upgrade, answer: IncomingMessage, far: Duplex, head: Buffer): void {
  const { socket, target } = upgrade
  socket.write(statusLine(answer, ['Connection', 'Upgrade', 'Upgrade', 'websocket']))
  if (head.length > 0) socket.write(head)
  if (upgrade.head.length > 0) far.write(upgrade.head)
  target.streams.add(socket)
  socket.once('close', () => {
    target.streams.delete(socket)
    far.destroy()
  })
  far.on('error', () => socket.destroy())
  far.once('close', () => socket.destroy())
  idleTogether(socket, far, upgrade.idleMs)
  socket.pipe(far)
  far.pipe(socket)
}

/** Ends both connections when neither has carried a byte for `ms`. */
function idleTogether(near: Duplex, far: Duplex, ms: number): void {
  const timer = setTimeout(() => near.destroy(), ms)
  near.on('data', () => timer.refresh())
  far.on('data', () => timer.refresh())
  near.once('close', () => clearTimeout(timer))
}

/** The target refused: its answer goes to the client, and then the client's connection ends. */
function refuse(socket: Duplex, answer: IncomingMessage): void {
  socket.write(statusLine(answer, ['Connection', 'close']))
  answer.pipe(socket)
}

function statusLine(answer: IncomingMessage, extra: string[]): string {
  const pairs = [...responseHeaders(answer), ...extra]
  let head = `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\n`
  for (let index = 0; index < pairs.length; index += 2) head += `${pairs[index]}: ${pairs[index + 1]}\r\n`
  return `${head}\r\n`
}
