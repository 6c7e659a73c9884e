import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** A way to an endpoint on which each answer takes a while longer, as over a network. */
export interface SlowDoor {
  endpoint: string
  stop(): void
}

/** @param milliseconds added to each answer */
export async function slowDoor(endpoint: string, milliseconds: number): Promise<SlowDoor> {
  const { hostname, port } = new URL(endpoint)
  const server = createServer(async (asked, answer) => {
    const { method, url: path, headers } = asked
    const passed = request({ hostname, port, method, path, headers })
    asked.pipe(passed)
    const [response] = await once(passed, 'response')
    await pause(milliseconds)
    answer.writeHead(response.statusCode, response.headers)
    response.pipe(answer)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
