import { connect, createServer, type Server, type Socket } from 'node:net'
import type { ReachableTarget } from './targets.ts'

/** Milliseconds: an NLB's fixed idle timeout for TCP flows. */
const IDLE_MS = 350_000

/** A TCP listener of an NLB; a connection belongs to one target for its whole life. */
export function createTcp(pick: () => ReachableTarget | undefined): Server {
  return createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, (client) => {
    const target = pick()
    // An NLB without targets refuses connections: once accepted, a reset comes closest to that.
    if (target) join(client, target)
    else client.resetAndDestroy()
  })
}

function join(client: Socket, target: ReachableTarget): void {
  target.begin()
  const far = connect({ host: target.address, port: target.port, allowHalfOpen: true, noDelay: true })
  client.once('close', () => {
    target.end()
    far.destroy()
  })
  client.on('error', () => far.resetAndDestroy())
  far.on('error', () => client.resetAndDestroy())
  far.once('close', () => client.destroy())
  for (const socket of [client, far]) {
    socket.setTimeout(IDLE_MS, () => {
      client.resetAndDestroy()
    })
  }
  far.once('connect', () => {
    client.pipe(far)
    far.pipe(client)
  })
}
