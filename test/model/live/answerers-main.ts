import { createServer, type Server } from 'node:http'

/** Answers the checks of all healthy instances, each on its own address. */

/** The addresses that should answer from now on. */
export type AnswererOrder = { addresses: string[] }

/** Where instances answer. */
export const ANSWER_PORT = 18_081

const listening = new Map<string, Server>()

function begin(address: string): void {
  const server = createServer((_request, response) => response.end('ok'))
  listening.set(address, server)
  server.listen(ANSWER_PORT, address)
}

function end(address: string, server: Server): void {
  listening.delete(address)
  server.close()
  server.closeAllConnections()
}

if (process.send) {
  process.on('message', ({ addresses }: AnswererOrder) => {
    const wanted = new Set(addresses)
    for (const [address, server] of listening) if (!wanted.has(address)) end(address, server)
    for (const address of wanted) if (!listening.has(address)) begin(address)
  })
  process.on('disconnect', () => process.exit())
  process.send('ready')
}
