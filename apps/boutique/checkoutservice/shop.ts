import type { Address, CartItem, CreditCardInfo, OrderResult, Product } from '../lib/gen/hipstershop_pb.ts'
import type { Amount } from '../lib/money.ts'

/**
 * What checkout needs from the shop's other services. Every verb throws PeerFailure, with the answer's code
 * and sentence. `charge` and `ship` may be repeated with the same order id: they count once.
 */
export interface Shop {
  cart(user: string): Promise<CartItem[]>
  product(id: string): Promise<Product>
  convert(from: Amount, toCode: string): Promise<Amount>
  /** The cost of shipping these items, in US dollars. */
  quote(address: Address, items: CartItem[]): Promise<Amount>
  /** @returns the transaction's id */
  charge(orderId: string, amount: Amount, card: CreditCardInfo): Promise<string>
  /** Refunds what a transaction charged; a repeat changes nothing. */
  refund(transaction: string): Promise<void>
  /** Refunds whatever was charged for an order, if anything; a repeat changes nothing. */
  cancel(orderId: string): Promise<void>
  /** @returns the tracking id */
  ship(orderId: string, address: Address, items: CartItem[]): Promise<string>
  emptyCart(user: string): Promise<void>
  confirm(email: string, order: OrderResult): Promise<void>
}
