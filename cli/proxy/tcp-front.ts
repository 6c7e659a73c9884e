import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connected } from '../../adapters/proxy/connect.ts'
import { inTurn, type Place } from '../../core/proxy/places.ts'
import type { KnownPlaces } from './known-places.ts'

/** Milliseconds for which a client waits for another instance: one that died is out of Consul by then. */
const PATIENCE_MS = 10_000
const AGAIN_MS = 250

/**
 * Hands each connection on to a healthy instance, another one for each. One that takes no connection is
 * passed over; what is under way with an instance that dies ends with it.
 * @param told is given a sentence about each connection that nobody takes
 */
export function tcpFront(known: KnownPlaces, told: (sentence: string) => void): Server {
  let turn = 0
  return createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    // A client that goes while it waits.
    client.on('error', () => client.destroy())
    const mine = turn++
    void reach(known, mine, client).then(
      (instance) => {
        if (instance === undefined) client.resetAndDestroy()
        else join(client, instance)
      },
      (error: Error) => {
        told(error.message)
        client.resetAndDestroy()
      },
    )
  })
}

/**
 * A connection to an instance; undefined once the client has gone.
 * @throws {Error} when no instance takes one
 */
async function reach(known: KnownPlaces, turn: number, client: Socket): Promise<Socket | undefined> {
  const deadline = Date.now() + PATIENCE_MS
  let places = await known.places()
  for (;;) {
    for (const place of inTurn(places, turn)) {
      const instance = await connected(place)
      if (instance && client.destroyed) instance.destroy()
      if (client.destroyed) return undefined
      if (instance) return instance
    }
    if (Date.now() > deadline) throw new Error(nobody(places))
    await sleep(AGAIN_MS)
    if (client.destroyed) return undefined
    places = await known.places(Date.now())
  }
}

function nobody(places: readonly Place[]): string {
  if (places.length === 0) return 'A connection was refused: no instance is healthy'
  const tried = places.map(({ instance, address, port }) => `${instance} at ${address}:${port}`)
  return `A connection was refused: ${tried.join(' and ')} took none`
}

/** Both ways until both have ended; an end in one way is passed on and leaves the other open. */
function join(one: Socket, other: Socket): void {
  one.setNoDelay(true)
  oneWay(one, other)
  oneWay(other, one)
}

function oneWay(from: Socket, to: Socket): void {
  from.on('error', () => to.resetAndDestroy())
  // One that goes without an end, or can take no more.
  from.on('close', () => {
    if (!from.readableEnded) to.destroy()
  })
  from.pipe(to)
}
