import { createServer, type RequestListener, type Server } from 'node:http'

/**
 * Serves HTTP until SIGTERM or SIGINT, then stops taking connections, lets the requests under way finish
 * (at most `graceMs`) and ends the process with code 0.
 * @returns the listening server
 */
export function serve(port: number, listener: RequestListener, graceMs = 4000): Promise<Server> {
  const server = createServer(listener)
  // Longer than the load balancer's idle timeout (60 s), so that it never reuses a connection we just closed.
  server.keepAliveTimeout = 65_000
  const stop = (): void => {
    server.close(() => process.exit(0))
    server.closeIdleConnections()
    setTimeout(() => process.exit(0), graceMs).unref()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, () => resolve(server))
  })
}
