import { Agent, type AgentOptions, type ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Milliseconds for a connection attempt, after which an ALB answers 504. */
const CONNECT_TIMEOUT_MS = 10_000

/**
 * Keep-alive connections to targets. A connection that is silent for the load balancer's idle timeout makes
 * its request emit `timeout`. The Agent also honours a target's `Keep-Alive: timeout=` hint.
 */
export class TargetAgent extends Agent {
  /** Milliseconds. */
  readonly idleMs: number

  constructor(idleSeconds: number, options: AgentOptions = {}) {
    super({ keepAlive: true, timeout: idleSeconds * 1000, maxFreeSockets: 256, ...options })
    this.idleMs = idleSeconds * 1000
  }

  /**
   * A free connection waits only as long as the target's hint says; a request on it gets the whole idle
   * timeout again, which Node does not restore by itself.
   */
  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    super.reuseSocket(socket, request)
    const { timeout } = socket as Socket
    if (timeout !== this.idleMs) (socket as Socket).setTimeout(this.idleMs)
  }

  override createConnection(
    ...[options, callback]: Parameters<Agent['createConnection']>
  ): Duplex | null | undefined {
    const socket = super.createConnection(options, callback) as Socket
    const timer = setTimeout(() => socket.destroy(new ConnectTimeout()), CONNECT_TIMEOUT_MS)
    socket.once('connect', () => clearTimeout(timer))
    socket.once('close', () => clearTimeout(timer))
    return socket
  }
}

export class ConnectTimeout extends Error {
  constructor() {
    super('the target did not accept a connection within 10 s')
    this.name = 'ConnectTimeout'
  }
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

/**
 * Whether a failed request may be sent again: the target had closed its keep-alive connection, repeating the
 * request changes nothing (RFC 9110, 9.2.2), and it has no body that is already used up.
 */
export function mayRepeat(asked: ClientRequest, method: string | undefined, body: boolean): boolean {
  return asked.reusedSocket && !body && SAFE.has(method ?? 'GET')
}
