import { GrpcProblem } from '../../lib/grpc/problem.ts'

/** A product and how many pieces of it. */
export interface Line {
  productId: string
  quantity: number
}

/** Where carts are kept. Every verb throws StorageTrouble when the store is unavailable. */
export interface CartStore {
  /**
   * The lines of a user's cart, oldest first; none for an unknown user. Reading a cart keeps it from
   * expiring.
   */
  read(user: string): Promise<Line[]>
  /**
   * Adds to the cart atomically: nothing is lost when several callers add at once. After an error the line
   * may or may not be in the cart.
   * @param key names the addition: a recent addition with the same key is not made again
   * @throws GrpcProblem RESOURCE_EXHAUSTED when the cart is full
   */
  add(user: string, line: Line, key?: string): Promise<void>
  empty(user: string): Promise<void>
  close(): Promise<void>
}

/** The store does not answer or refuses; the carts are back when it is. */
export class StorageTrouble extends GrpcProblem {
  override name = 'StorageTrouble'

  constructor(message: string, options?: ErrorOptions) {
    super('FAILED_PRECONDITION', message, options)
  }
}
