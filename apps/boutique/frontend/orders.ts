import { PeerFailure } from '../../lib/grpc/problem.ts'
import type { OrderResult } from '../lib/gen/hipstershop_pb.ts'
import type { Order } from './checkout-form.ts'
import type { Services } from './services.ts'
import type { Visit } from './visit.ts'

/**
 * Longer than a page may take: a repeat waits up to 10 s for the request that is working on the same order.
 */
const ORDER_MS = 20_000

/** What happened to an order. */
export type Outcome =
  | { state: 'placed'; order: OrderResult }
  /**
   * Nothing was ordered; the sentence says what to change. When the key is used up, the next try needs a new
   * one.
   */
  | { state: 'refused'; sentence: string; isOver: boolean }
  /** How far it got is unknown; the same key continues it. */
  | { state: 'open'; cause: PeerFailure }

/**
 * Places an order, once for each key.
 * @throws PeerFailure when the checkout service fails for a reason that a retry does not fix
 */
export async function place(
  checkout: Services['checkout'],
  { session, currency }: Visit,
  key: string,
  order: Order,
): Promise<Outcome> {
  const request = { userId: session, userCurrency: currency, ...order }
  const options = { timeoutMs: ORDER_MS, safe: true, metadata: { 'idempotency-key': key } }
  try {
    const answer = await checkout.placeOrder(request, options)
    if (answer.order === undefined) throw new Error('the checkout service placed an order but returned none')
    return { state: 'placed', order: answer.order }
  } catch (error) {
    if (!(error instanceof PeerFailure)) throw error
    return outcomeOf(error)
  }
}

function outcomeOf(cause: PeerFailure): Outcome {
  switch (cause.code) {
    case 'INVALID_ARGUMENT':
      return { state: 'refused', sentence: cause.details, isOver: false }
    case 'FAILED_PRECONDITION':
      return { state: 'refused', sentence: cause.details, isOver: true }
    case 'ALREADY_EXISTS': {
      const sentence = 'This form was already used for a different order. Check it and send it again.'
      return { state: 'refused', sentence, isOver: true }
    }
    case 'ABORTED':
    case 'UNAVAILABLE':
    case 'DEADLINE_EXCEEDED':
      return { state: 'open', cause }
    default:
      throw cause
  }
}
