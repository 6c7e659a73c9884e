import { create } from '@bufbuild/protobuf'
import { GrpcProblem, PeerFailure } from '../../lib/grpc/problem.ts'
import {
  type Address,
  type CreditCardInfo,
  type OrderResult,
  OrderResultSchema,
} from '../lib/gen/hipstershop_pb.ts'
import { type Held, HoldLost, type Orders, type Progress } from './orders.ts'
import { price, total } from './price.ts'
import type { Shop } from './shop.ts'

export interface World {
  shop: Shop
  orders: Orders
  log(line: string): void
}

/** What the caller asks for. */
export interface Asked {
  userId: string
  userCurrency: string
  address: Address
  email: string
  card: CreditCardInfo
  /** Lets a repeat find the order again. */
  token: string
  /** Aborted when nobody is waiting for the answer any more. */
  signal: AbortSignal
}

/** The order stops here for now. */
class Stop extends Error {
  override name = 'Stop'
  readonly problem: GrpcProblem
  /** Whether a repeat continues from what is recorded, or starts over. */
  readonly goesOn: boolean

  constructor(problem: GrpcProblem, goesOn: boolean) {
    super(problem.message, { cause: problem })
    this.problem = problem
    this.goesOn = goesOn
  }
}

/**
 * Carries an order from where it is to the end: prices, charge, parcel, then emptying the cart and the mail.
 * A charge whose order cannot be shipped is refunded.
 * @param held the order, held by this request
 * @throws GrpcProblem that says what happened to the charge
 */
export async function carryOut(world: World, asked: Asked, held: Held): Promise<OrderResult> {
  const { orders } = world
  let order: OrderResult
  try {
    order = await advance(world, asked, held)
  } catch (error) {
    if (error instanceof HoldLost) {
      throw new GrpcProblem('ABORTED', 'Another request has taken over this order; ask again for its result.')
    }
    const { problem, goesOn } = error instanceof Stop ? error : { problem: error, goesOn: true }
    // If this fails too, the hold expires by itself, and a repeat finds what was recorded last.
    await attempt(world, held, 'releasing it', goesOn ? orders.release(held) : orders.forget(held))
    throw problem
  }
  await Promise.all([
    attempt(world, held, 'emptying the cart', world.shop.emptyCart(asked.userId)),
    attempt(world, held, 'the confirmation', world.shop.confirm(asked.email, order)),
  ])
  return order
}

async function advance(world: World, asked: Asked, held: Held): Promise<OrderResult> {
  let progress = held.progress
  while (progress.step !== 'done') {
    const isResumed = progress === held.progress
    progress = await next(world, asked, held, progress, isResumed)
    await write(world, asked, { ...held, progress })
  }
  return progress.order
}

/** Does the next step and returns the new progress. */
function next(
  world: World,
  asked: Asked,
  held: Held,
  progress: Progress,
  isResumed: boolean,
): Promise<Progress> {
  switch (progress.step) {
    case 'begun':
      return prices(world, asked, held)
    case 'charging':
      return charge(world, asked, held, progress, isResumed)
    case 'charged':
      return ship(world, asked, held, progress)
    case 'refunding':
      return refund(world, asked, held, progress)
    case 'done':
      return Promise.resolve(progress)
  }
}

async function prices({ shop, log }: World, asked: Asked, { orderId }: Held): Promise<Progress> {
  try {
    const order = await price(shop, asked, orderId)
    if (asked.signal.aborted) throw new GrpcProblem('CANCELLED', 'The caller is gone; nothing was charged.')
    return { step: 'charging', order }
  } catch (error) {
    if (error instanceof GrpcProblem) throw new Stop(error, false)
    if (error instanceof PeerFailure && error.code === 'INVALID_ARGUMENT') {
      throw new Stop(new GrpcProblem('INVALID_ARGUMENT', error.details), false)
    }
    log(`order ${orderId}: no prices: ${error}`)
    const problem = isPassing(error)
      ? new GrpcProblem(
          'UNAVAILABLE',
          'The prices are unavailable right now; nothing was charged. Try again.',
        )
      : new GrpcProblem('INTERNAL', 'The prices are unavailable, and nothing was charged; the log says why.')
    throw new Stop(problem, false)
  }
}

async function charge(
  { shop, log }: World,
  { card, token }: Asked,
  { orderId }: Held,
  { order }: Progress & { step: 'charging' },
  isResumed: boolean,
): Promise<Progress> {
  try {
    return { step: 'charged', order, transaction: await shop.charge(orderId, total(order), card) }
  } catch (error) {
    log(`order ${orderId}: no charge: ${error}`)
    if (error instanceof PeerFailure && REFUSALS.has(error.code)) {
      // An earlier attempt may still have been charged: only repeating it can tell.
      throw new Stop(new GrpcProblem(error.code, error.details), isResumed)
    }
    const problem = new GrpcProblem(
      'UNAVAILABLE',
      `The payment service did not answer, and the card may have been charged. Order again with the idempotency-key ${token}: the card is charged only once.`,
    )
    throw new Stop(problem, true)
  }
}

/** The codes by which the payment service says that it charged nothing. */
const REFUSALS = new Set(['INVALID_ARGUMENT', 'FAILED_PRECONDITION'])

async function ship(
  { shop, log }: World,
  { address }: Asked,
  { orderId }: Held,
  { order, transaction }: Progress & { step: 'charged' },
): Promise<Progress> {
  const items = order.items.flatMap(({ item }) => item ?? [])
  try {
    const shippingTrackingId = await shop.ship(orderId, address, items)
    return { step: 'done', order: create(OrderResultSchema, { ...order, shippingTrackingId }) }
  } catch (error) {
    log(`order ${orderId}: not shipped, refunding charge ${transaction}: ${error}`)
    return { step: 'refunding', order, transaction }
  }
}

/** Always stops the order: with a charge that was refunded, or that is still owed. */
async function refund(
  { shop, log }: World,
  { token }: Asked,
  { orderId }: Held,
  { transaction }: Progress & { step: 'refunding' },
): Promise<never> {
  try {
    await shop.refund(transaction)
  } catch (error) {
    log(`order ${orderId}: charge ${transaction} is OWED, the refund failed: ${error}`)
    const problem = new GrpcProblem(
      'UNAVAILABLE',
      `The order could not be shipped, and the charge could not be refunded yet. Order again with the idempotency-key ${token} to get the refund.`,
    )
    throw new Stop(problem, true)
  }
  log(`order ${orderId}: refunded charge ${transaction}`)
  // On UNAVAILABLE a client would retry by itself, and charge and refund each time.
  const problem = new GrpcProblem(
    'FAILED_PRECONDITION',
    'The order could not be shipped; the charge was refunded. Try again later.',
  )
  throw new Stop(problem, false)
}

/** A step that cannot be recorded is not started; what has already happened stays. */
async function write({ orders, log }: World, { token }: Asked, held: Held): Promise<void> {
  const { orderId, progress } = held
  try {
    await orders.keep(held)
  } catch (error) {
    if (error instanceof HoldLost) throw error
    log(`order ${orderId}: cannot be recorded as ${progress.step}: ${error}`)
    if (progress.step === 'done') return
    if (progress.step === 'begun' || progress.step === 'charging') {
      const sentence = 'Orders cannot be taken right now; nothing was charged. Try again.'
      throw new Stop(new GrpcProblem('UNAVAILABLE', sentence), false)
    }
    log(`order ${orderId}: charge ${progress.transaction} is OPEN until the order is repeated`)
    const sentence = `The card was charged, but the order is not finished. Order again with the idempotency-key ${token} to finish it without a second charge.`
    throw new Stop(new GrpcProblem('UNAVAILABLE', sentence), true)
  }
}

/**
 * Whether the error is temporary; the cart service answers FAILED_PRECONDITION when its storage is
 * unavailable.
 */
const isPassing = (error: unknown): boolean =>
  error instanceof PeerFailure &&
  ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'FAILED_PRECONDITION', 'RESOURCE_EXHAUSTED'].includes(error.code)

/** An action that may fail without affecting the order. */
async function attempt(
  { log }: World,
  { orderId }: Held,
  what: string,
  deed: Promise<unknown>,
): Promise<void> {
  try {
    await deed
  } catch (error) {
    log(`order ${orderId}: ${what} failed: ${error}`)
  }
}
