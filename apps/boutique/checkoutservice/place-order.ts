import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { GrpcProblem } from '../../lib/grpc/problem.ts'
import type { OrderResult } from '../lib/gen/hipstershop_pb.ts'
import { type Asked, carryOut, type World } from './order.ts'
import { OrdersTrouble, type Taken } from './orders.ts'

/** How long a repeat waits for the request that is working on its order, and how often it looks. */
const PATIENCE_MS = 10_000
const LOOK_MS = 200

/**
 * Places an order once, however often it is requested with the same token: a repeat gets the same answer,
 * waits for a request under way, or continues where a failed one stopped.
 * @param deadline when (Date.now()) the caller stops waiting
 * @throws GrpcProblem
 */
export async function placeOrder(world: World, asked: Asked, deadline: number): Promise<OrderResult> {
  const taken = await take(world, asked, Math.min(deadline - LOOK_MS, Date.now() + PATIENCE_MS))
  switch (taken.state) {
    case 'held':
      return carryOut(world, asked, taken.held)
    case 'done':
      return taken.order
    case 'other':
      throw new GrpcProblem('ALREADY_EXISTS', 'This idempotency-key belongs to another order; use a new one.')
    case 'busy':
      throw new GrpcProblem(
        'ABORTED',
        'This order is already being placed; ask again with the same idempotency-key.',
      )
  }
}

async function take({ orders, log }: World, asked: Asked, until: number): Promise<Taken> {
  const fresh = {
    // The same token from another user is another key.
    key: `${asked.userId}/${asked.token}`,
    request: fingerprint(asked),
    holder: randomUUID(),
    orderId: randomUUID(),
    progress: { step: 'begun' as const },
  }
  try {
    for (;;) {
      const taken = await orders.take(fresh)
      if (taken.state !== 'busy' || Date.now() >= until || asked.signal.aborted) return taken
      await pause(LOOK_MS)
    }
  } catch (error) {
    if (!(error instanceof OrdersTrouble)) throw error
    log(error.message)
    throw new GrpcProblem('UNAVAILABLE', 'Orders cannot be taken right now; nothing was charged. Try again.')
  }
}

/** What must be the same in a repeat. The card may differ, and no trace of it is kept. */
function fingerprint({ userCurrency, address, email }: Asked): string {
  const { streetAddress, city, state, country, zipCode } = address
  const parts = [userCurrency, email, streetAddress, city, state, country, zipCode]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
