import { connect, type Socket } from 'node:net'
import type { Place } from '../../core/proxy/places.ts'

/** Milliseconds until an instance that does not take a connection is passed over. */
const CONNECT_MS = 2000

/** A connection to a place; undefined if it takes none. Either end may end its half first. */
export function connected({ address, port }: Place): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true, timeout: CONNECT_MS })
    const failed = (): void => {
      socket.destroy()
      resolve(undefined)
    }
    socket.once('timeout', failed).on('error', failed)
    socket.once('connect', () => {
      socket.setTimeout(0).off('timeout', failed).off('error', failed)
      resolve(socket)
    })
  })
}
