import { createServer, type RequestListener, type Server } from 'node:http'
import { endInSteps, stopping } from './stopping.ts'

export interface ServeOptions {
  /**
   * How long the port keeps answering after the process was told to stop; Consul's checks run every second.
   */
  noticeMs?: number
  /** How long requests under way may then take to finish. */
  graceMs?: number
  /** The last thing before the process ends. */
  leave?: () => Promise<void>
}

/**
 * Serves HTTP until SIGTERM or SIGINT. Then `stopping()` is true, so that health checks take the instance
 * out; the port keeps answering for `noticeMs`; requests under way finish, for at most `graceMs`; `leave`
 * runs and the process ends with code 0.
 * @returns the listening server
 */
export function serve(
  port: number,
  listener: RequestListener,
  { noticeMs = 1500, graceMs = 4000, leave = async () => {} }: ServeOptions = {},
): Promise<Server> {
  const server = createServer((request, response) => {
    // Makes callers use another instance for their next request.
    if (stopping()) response.shouldKeepAlive = false
    // Browsers that came by HTTPS once do not try without it for a year (RFC 6797).
    if (request.headers['x-forwarded-proto'] === 'https')
      response.setHeader('strict-transport-security', 'max-age=31536000')
    return listener(request, response)
  })
  // Longer than the load balancer's idle timeout (60 s), so that it never reuses a connection we just closed.
  server.keepAliveTimeout = 65_000
  const close = (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    return closed
  }
  endInSteps({ noticeMs, close, graceMs, leave })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, () => resolve(server))
  })
}
