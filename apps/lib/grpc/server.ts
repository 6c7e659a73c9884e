import { Server, ServerCredentials } from '@grpc/grpc-js'
import { endInSteps } from '../stopping.ts'
import { health } from './health.ts'
import type { Implementation } from './implementation.ts'

export interface ServeOptions {
  /**
   * How long new calls are answered after the process was told to stop; 2.5 s by default. Consul checks every
   * second, and clients ask Consul every half second.
   */
  noticeMs?: number
  /** How long calls under way may then take to finish; 4 s by default. */
  graceMs?: number
  /** The largest request; 1 MiB by default. */
  maxBytes?: number
  /** The last thing before the process ends. */
  leave?: () => Promise<void>
}

/**
 * Serves gRPC, with the health service, until SIGTERM or SIGINT. Then health says NOT_SERVING, calls are
 * answered for `noticeMs` more, those under way finish, `leave` runs and the process ends with code 0.
 * @returns the port; for port 0, the one that the system chose
 * @throws Error when it cannot listen on the port
 */
export async function serveGrpc(
  port: number,
  services: Implementation[],
  { noticeMs = 2500, graceMs = 4000, maxBytes = 1024 * 1024, leave = async () => {} }: ServeOptions = {},
): Promise<number> {
  const server = new Server({ 'grpc.max_receive_message_length': maxBytes, 'grpc.enable_channelz': 0 })
  for (const { definition, handlers } of [...services, health(services)]) {
    server.addService(definition, handlers)
  }
  const bound = await bind(server, port)
  const close = () => new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
  endInSteps({ noticeMs, close, graceMs, leave })
  return bound
}

function bind(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.bindAsync(`0.0.0.0:${port}`, ServerCredentials.createInsecure(), (cause, bound) => {
    if (cause) reject(new Error(`cannot listen on port ${port}: ${cause.message}`, { cause }))
    else resolve(bound)
  })
  return promise
}
