import type { OrderResult } from '../lib/gen/hipstershop_pb.ts'

/**
 * How far an order is. Each step is written down before what it names is done, so that whoever goes on after a crash knows
 * what may have happened: charging and shipping are repeated under the order's id, which counts as once.
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
  /** Fingerprint of what was asked for; a key stands for one request. */
  request: string
  /** The request's own mark. */
  holder: string
  orderId: string
  progress: Progress
}

export type Taken =
  | { state: 'held'; held: Held }
  /** Another request works on it. */
  | { state: 'busy' }
  | { state: 'done'; order: OrderResult }
  /** The key belongs to a request that asked for something else. */
  | { state: 'other' }

/** The memory of orders, which outlives any instance. Every verb throws OrdersTrouble when it cannot be reached. */
export interface Orders {
  /**
   * Takes hold of the order under `fresh.key`: of the one that is there and that nobody holds, else of this new one. A new
   * holder keeps the id and the progress of what is there.
   */
  take(fresh: Held): Promise<Taken>
  /**
   * Writes the progress down and holds on.
   * @throws HoldLost when another request holds the order by now
   */
  keep(held: Held): Promise<void>
  /** Lets go, so that a repeat may go on at once. */
  release(held: Held): Promise<void>
  /** Removes an order that nothing came of, so that a repeat begins anew. */
  forget(held: Held): Promise<void>
}

/**
 * For how long an order is held after each step: longer than the calls that a step makes may take together. Past it a
 * repeat takes over from an instance that died.
 */
export const HOLD_MS = 20_000

/** For how long a finished order is remembered: as long as the visitor's cookie lives. */
export const REMEMBER_MS = 48 * 60 * 60 * 1000

export class HoldLost extends Error {
  override name = 'HoldLost'
}

export class OrdersTrouble extends Error {
  override name = 'OrdersTrouble'
}
