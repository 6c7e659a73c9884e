import { randomUUID } from 'node:crypto'
import type { Call, Handlers } from '../../lib/grpc/implementation.ts'
import { GrpcProblem } from '../../lib/grpc/problem.ts'
import { keyFlaw, present } from '../lib/checked.ts'
import type { CheckoutService, PlaceOrderRequest } from '../lib/gen/hipstershop_pb.ts'
import type { Asked, World } from './order.ts'
import { placeOrder } from './place-order.ts'

/**
 * Places orders. The metadata `idempotency-key` names an order: a repeat with the same key charges nobody
 * twice.
 */
export const checkout = (world: World): Handlers<typeof CheckoutService> => ({
  async placeOrder(request, call) {
    return { order: await placeOrder(world, checked(request, call), call.deadline) }
  },
})

function checked(request: PlaceOrderRequest, call: Call): Asked {
  const { userId, userCurrency, email } = request
  const address = present(request.address, 'address')
  const card = present(request.creditCard, 'credit card')
  const token = call.metadata('idempotency-key') || randomUUID()
  const quoted = JSON.stringify
  const problems = [
    userId === '' || userId.length > 200 ? 'user_id must have 1 to 200 characters' : undefined,
    /^[A-Z]{3}$/.test(userCurrency)
      ? undefined
      : `user_currency is ${quoted(userCurrency)}; it must be a code such as USD`,
    /^[^\s@]+@[^\s@]+$/.test(email) ? undefined : 'email must be an address such as name@example.org',
    keyFlaw(token),
  ]
  const [problem] = problems.filter((one) => one !== undefined)
  if (problem !== undefined) throw new GrpcProblem('INVALID_ARGUMENT', `${problem}.`)
  return { userId, userCurrency, email, address, card, token, signal: call.signal }
}
