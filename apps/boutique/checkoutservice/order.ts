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

/** What is asked for. */
export interface Asked {
  userId: string
  userCurrency: string
  address: Address
  email: string
  card: CreditCardInfo
  /** With it a repeat finds the order again. */
  token: string
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal
}

/** The order stops here for now. */
class Stop extends Error {
  override name = 'Stop'
  readonly problem: GrpcProblem
  /** Whether a repeat goes on with what is written down, or begins anew. */
  readonly goesOn: boolean

  constructor(problem: GrpcProblem, goesOn: boolean) {
    super(problem.message, { cause: problem })
    this.problem = problem
    this.goesOn = goesOn
  }
}

/**
 * Takes an order from where it is to its end: prices, charge, parcel, and at last the empty cart and the mail. A charge
 * whose order cannot be shipped is given back.
 * @param held the order, held by this request
 * @throws GrpcProblem that says what became of the charge
 */
export async function carryOut(world: World, asked: Asked, held: Held): Promise<OrderResult> {
  const { orders } = world
  let order: OrderResult
  try {
    order = await advance(world, asked, held)
  } catch (error) {
    if (error instanceof HoldLost) {
      throw new GrpcProblem('ABORTED', 'Another request goes on with this order; ask again for its result.')
    }
    const { problem, goesOn } = error instanceof Stop ? error : { problem: error, goesOn: true }
    // When this fails too, the hold runs out by itself, and a repeat finds what was written down last.
    await attempt(world, held, 'letting go', goesOn ? orders.release(held) : orders.forget(held))
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

/** Does what is due and says how far the order is then. */
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
    if (asked.signal.aborted) throw new GrpcProblem('CANCELLED', 'The caller has gone; nothing was charged.')
    return { step: 'charging', order }
  } catch (error) {
    if (error instanceof GrpcProblem) throw new Stop(error, false)
    if (error instanceof PeerFailure && error.code === 'INVALID_ARGUMENT') {
      throw new Stop(new GrpcProblem('INVALID_ARGUMENT', error.details), false)
    }
    log(`order ${orderId}: no prices: ${error}`)
    const problem = isPassing(error)
      ? new GrpcProblem('UNAVAILABLE', 'The prices cannot be had just now; nothing was charged. Try again.')
      : new GrpcProblem('INTERNAL', 'The prices cannot be had, and nothing was charged; the log says why.')
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
      // An earlier attempt may have been charged all the same: only its own repeat can tell.
      throw new Stop(new GrpcProblem(error.code, error.details), isResumed)
    }
    const problem = new GrpcProblem(
      'UNAVAILABLE',
      `The payment service gave no answer, and the card may have been charged. Order again with the idempotency-key ${token}: that charges once.`,
    )
    throw new Stop(problem, true)
  }
}

/** Codes with which the payment service says that it has charged nothing. */
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
    log(`order ${orderId}: not shipped, giving charge ${transaction} back: ${error}`)
    return { step: 'refunding', order, transaction }
  }
}

/** Always stops the order: with a charge that was given back, or that is still owed. */
async function refund(
  { shop, log }: World,
  { token }: Asked,
  { orderId }: Held,
  { transaction }: Progress & { step: 'refunding' },
): Promise<never> {
  try {
    await shop.refund(transaction)
  } catch (error) {
    log(`order ${orderId}: charge ${transaction} is OWED, giving it back failed: ${error}`)
    const problem = new GrpcProblem(
      'UNAVAILABLE',
      `The order could not be shipped, and the charge could not be given back yet. Order again with the idempotency-key ${token} to have it given back.`,
    )
    throw new Stop(problem, true)
  }
  log(`order ${orderId}: gave charge ${transaction} back`)
  // With UNAVAILABLE a client would send the call again by itself, and each time charge and give back.
  const problem = new GrpcProblem(
    'FAILED_PRECONDITION',
    'The order could not be shipped; the charge was given back. Try again later.',
  )
  throw new Stop(problem, false)
}

/** What cannot be written down is not begun, save for what has happened already. */
async function write({ orders, log }: World, { token }: Asked, held: Held): Promise<void> {
  const { orderId, progress } = held
  try {
    await orders.keep(held)
  } catch (error) {
    if (error instanceof HoldLost) throw error
    log(`order ${orderId}: cannot be written down as ${progress.step}: ${error}`)
    if (progress.step === 'done') return
    if (progress.step === 'begun' || progress.step === 'charging') {
      const sentence = 'Orders cannot be taken just now; nothing was charged. Try again.'
      throw new Stop(new GrpcProblem('UNAVAILABLE', sentence), false)
    }
    log(`order ${orderId}: charge ${progress.transaction} is OPEN until the order is repeated`)
    const sentence = `The card was charged, but the order is not finished. Order again with the idempotency-key ${token} to go on without a second charge.`
    throw new Stop(new GrpcProblem('UNAVAILABLE', sentence), true)
  }
}

/** What is over with a while, FAILED_PRECONDITION being what the carts say of their storage. */
const isPassing = (error: unknown): boolean =>
  error instanceof PeerFailure &&
  ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'FAILED_PRECONDITION', 'RESOURCE_EXHAUSTED'].includes(error.code)

/** A deed without which the order stands all the same. */
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
