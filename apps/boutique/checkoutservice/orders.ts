import type { OrderResult } from '../lib/gen/hipstershop_pb.ts'

/**
 * How far an order is. Each step is recorded before it is done, so that a request that continues after a
 * crash knows what may have happened: charging and shipping are repeated under the order's id, and count
 * once.
 */
export type Progress =
  | { step: 'begun' }
  | { step: 'charging'; order: OrderResult }
  | { step: 'charged'; order: OrderResult; transaction: string }
  | { step: 'refunding'; order: OrderResult; transaction: string }
  | { step: 'done'; order: OrderResult }

/** An order that is held by one request. */
export interface Held {
  key: string
  /** Fingerprint of what was asked for; a key belongs to one request. */
  request: string
  /** Identifies the request that holds the order. */
  holder: string
  orderId: string
  progress: Progress
}

export type Taken =
  | { state: 'held'; held: Held }
  /** Another request is working on it. */
  | { state: 'busy' }
  | { state: 'done'; order: OrderResult }
  /** The key belongs to a request that asked for something else. */
  | { state: 'other' }

/**
 * Where orders are recorded, which outlives any instance. Every verb throws OrdersTrouble when it cannot be
 * reached.
 */
export interface Orders {
  /**
   * Takes hold of the order under `fresh.key`: the existing one if nobody holds it, or else this new one. A
   * new holder keeps the id and the progress of an existing order.
   */
  take(fresh: Held): Promise<Taken>
  /**
   * Records the progress and extends the hold.
   * @throws HoldLost when another request holds the order now
   */
  keep(held: Held): Promise<void>
  /** Lets go, so that a repeat can continue at once. */
  release(held: Held): Promise<void>
  /**
   * Takes hold of some orders that nobody has worked on for ABANDONED_MS, though they may have cost somebody
   * money.
   */
  abandoned(holder: string): Promise<Held[]>
  /** Removes an order that came to nothing, so that a repeat starts over. */
  forget(held: Held): Promise<void>
}

/**
 * How long an order is held after each step: longer than all the calls of a step may take together. After
 * that a repeat takes over from an instance that died.
 */
export const HOLD_MS = 20_000

/** How long a person has to come back for an order that stopped half way; then it is ended without them. */
export const ABANDONED_MS = 15 * 60 * 1000

/** Whether an order at this step may have cost somebody money, and is not finished. */
export const isOpen = ({ step }: Progress): boolean =>
  step === 'charging' || step === 'charged' || step === 'refunding'

/** How long a finished order is remembered: as long as the visitor's cookie lives. */
export const REMEMBER_MS = 48 * 60 * 60 * 1000

export class HoldLost extends Error {
  override name = 'HoldLost'
}

export class OrdersTrouble extends Error {
  override name = 'OrdersTrouble'
}
