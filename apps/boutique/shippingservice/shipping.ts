import { createHash, randomInt } from 'node:crypto'
import type { Handlers } from '../../lib/grpc/implementation.ts'
import { GrpcProblem } from '../../lib/grpc/problem.ts'
import { present } from '../lib/checked.ts'
import type { CartItem, ShippingService } from '../lib/gen/hipstershop_pb.ts'
import type { Amount } from '../lib/money.ts'
import { type Random, trackingId } from './tracking.ts'

const NOTHING: Amount = { currencyCode: 'USD', units: 0n, nanos: 0 }
const FLAT: Amount = { currencyCode: 'USD', units: 8n, nanos: 990_000_000 }

/**
 * One price for every parcel, and a tracking id for each; an order is shipped once however often it is
 * requested.
 */
export const shipping: Handlers<typeof ShippingService> = {
  getQuote({ items }) {
    checkQuantities(items)
    return { costUsd: items.length === 0 ? NOTHING : FLAT }
  },
  shipOrder({ address, items }, call) {
    const to = present(address, 'address')
    if (items.length === 0) throw new GrpcProblem('INVALID_ARGUMENT', 'There is nothing to ship; add items.')
    checkQuantities(items)
    const key = call.metadata('idempotency-key')
    return { trackingId: trackingId(to, key ? repeatable(key) : randomInt) }
  },
}

/** The same numbers for the same key, so that any instance answers a repeated order with the same id. */
function repeatable(key: string): Random {
  const bytes = createHash('sha256').update(key).digest()
  let at = 0
  return (below) => {
    const number = bytes.readUInt16BE(at)
    at += 2
    return number % below
  }
}

function checkQuantities(items: CartItem[]): void {
  const wrong = items.find(({ quantity }) => quantity < 1)
  if (wrong === undefined) return
  throw new GrpcProblem(
    'INVALID_ARGUMENT',
    `The quantity of ${wrong.productId || 'an item'} is ${wrong.quantity}; it must be 1 or more.`,
  )
}
