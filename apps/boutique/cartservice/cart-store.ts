import { GrpcProblem } from '../../lib/grpc/problem.ts'

/** So many pieces of a product. */
export interface Line {
  productId: string
  quantity: number
}

/** Where carts are kept. Every verb throws StorageTrouble when the store cannot be used just now. */
export interface CartStore {
  /** The lines of a user's cart, oldest first; none for a user that nobody knows. Looking keeps a cart from expiring. */
  read(user: string): Promise<Line[]>
  /**
   * Adds to the cart as one step: what several add at once is all in it afterwards. After an error the line may be in the
   * cart or not.
   * @param key names the addition: one that the cart has seen lately under this key is not made again
   * @throws GrpcProblem RESOURCE_EXHAUSTED when the cart is full
   */
  add(user: string, line: Line, key?: string): Promise<void>
  empty(user: string): Promise<void>
  close(): Promise<void>
}

/** The store does not answer or refuses; carts come back with it. */
export class StorageTrouble extends GrpcProblem {
  override name = 'StorageTrouble'

  constructor(message: string, options?: ErrorOptions) {
    super('FAILED_PRECONDITION', message, options)
  }
}
