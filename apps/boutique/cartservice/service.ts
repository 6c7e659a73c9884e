import { type Implementation, implement } from '../../lib/grpc/implementation.ts'
import { GrpcProblem } from '../../lib/grpc/problem.ts'
import { keyFlaw, present } from '../lib/checked.ts'
import { type CartItem, CartService } from '../lib/gen/hipstershop_pb.ts'
import type { CartStore, Line } from './cart-store.ts'

/** The most that one call may add. */
const MOST_AT_ONCE = 99

/** Longer than any id that the shop makes; Redis keys may be half a gigabyte. */
const LONGEST_ID = 200

/**
 * The cart's RPCs on top of a store. The metadata `idempotency-key` names an addition: a repeat with the same
 * key adds nothing more.
 */
export function cartService(store: CartStore): Implementation {
  return implement(CartService, {
    async addItem({ userId, item }, call) {
      await store.add(id(userId, 'user_id'), line(item), key(call.metadata('idempotency-key') ?? ''))
      return {}
    },
    async getCart({ userId }) {
      return { userId, items: await store.read(id(userId, 'user_id')) }
    },
    async emptyCart({ userId }) {
      await store.empty(id(userId, 'user_id'))
      return {}
    },
  })
}

function line(item: CartItem | undefined): Line {
  const { productId, quantity } = present(item, 'item')
  if (quantity < 1 || quantity > MOST_AT_ONCE) {
    throw new GrpcProblem(
      'INVALID_ARGUMENT',
      `item.quantity is ${quantity}; it must be from 1 to ${MOST_AT_ONCE}.`,
    )
  }
  return { productId: id(productId, 'item.product_id'), quantity }
}

function key(given: string): string | undefined {
  if (given === '') return undefined
  const flaw = keyFlaw(given)
  if (flaw !== undefined) throw new GrpcProblem('INVALID_ARGUMENT', `${flaw}.`)
  return given
}

function id(text: string, field: string): string {
  if (text === '') throw new GrpcProblem('INVALID_ARGUMENT', `${field} is empty.`)
  if (text.length > LONGEST_ID) {
    throw new GrpcProblem(
      'INVALID_ARGUMENT',
      `${field} has ${text.length} characters; the limit is ${LONGEST_ID}.`,
    )
  }
  return text
}
