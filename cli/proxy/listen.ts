import type { AddressInfo, Server, Socket } from 'node:net'
import { InvalidInput } from '../../core/base/errors.ts'

/** A server on this machine, for programs of this machine only. */
export interface Front {
  port: number
  /** Ends it with all its connections. */
  close(): Promise<void>
}

const WHY: Record<string, string> = {
  EADDRINUSE: 'another program has it',
  EACCES: 'only root may take it',
}

/**
 * @param port 0 for any that is free
 * @throws {InvalidInput} when the port cannot be had
 */
export async function listen(server: Server, port: number, command: string): Promise<Front> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(
        new InvalidInput(
          `port ${port}`,
          WHY[cause.code ?? ''] ?? cause.message,
          `name another one: "${command} ${port < 1024 ? port + 8000 : port + 1}", or 0 for any`,
          { cause },
        ),
      ),
    )
    server.listen(port, '127.0.0.1', () => resolve())
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
      for (const socket of open) socket.destroy()
      return closed
    },
  }
}
