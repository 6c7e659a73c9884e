import type { Address, CartItem, CreditCardInfo, OrderResult, Product } from '../lib/gen/hipstershop_pb.ts'
import type { Amount } from '../lib/money.ts'

/**
 * What checkout asks of the shop's other services. Every verb throws PeerFailure, with the answer's code and sentence. With
 * the order's id `charge` and `ship` may be repeated: that counts as once.
 */
export interface Shop {
  cart(user: string): Promise<CartItem[]>
  product(id: string): Promise<Product>
  convert(from: Amount, toCode: string): Promise<Amount>
  /** What it costs to ship these, in US dollars. */
  quote(address: Address, items: CartItem[]): Promise<Amount>
  /** @returns the transaction's id */
  charge(orderId: string, amount: Amount, card: CreditCardInfo): Promise<string>
  /** Gives back what a transaction charged; a repeat changes nothing. */
  refund(transaction: string): Promise<void>
  /** @returns the tracking id */
  ship(orderId: string, address: Address, items: CartItem[]): Promise<string>
  emptyCart(user: string): Promise<void>
  confirm(email: string, order: OrderResult): Promise<void>
}
