import { create } from '@bufbuild/protobuf'
import { GrpcProblem, PeerFailure } from '../../lib/grpc/problem.ts'
import {
  type Address,
  type CartItem,
  type OrderItem,
  OrderItemSchema,
  type OrderResult,
  OrderResultSchema,
} from '../lib/gen/hipstershop_pb.ts'
import { type Amount, add, flaw, multiply, sum } from '../lib/money.ts'
import type { Shop } from './shop.ts'

/**
 * The prices of a cart and of shipping it, in the user's currency; all requested at once.
 * @returns the order without its tracking id
 * @throws GrpcProblem FAILED_PRECONDITION for an empty cart, and for a product that the shop no longer sells
 */
export async function price(
  shop: Shop,
  { userId, userCurrency, address }: { userId: string; userCurrency: string; address: Address },
  orderId: string,
): Promise<OrderResult> {
  const cart = await shop.cart(userId)
  if (cart.length === 0) {
    throw new GrpcProblem('FAILED_PRECONDITION', 'The cart is empty; add something to it first.')
  }
  const inOwn = async (dollars: Amount | undefined, what: string): Promise<Amount> => {
    const given = proper(dollars, what)
    return given.currencyCode === userCurrency ? given : shop.convert(given, userCurrency)
  }
  const priced = async (item: CartItem): Promise<OrderItem> => {
    const { priceUsd } = await product(shop, item.productId)
    return create(OrderItemSchema, { item, cost: await inOwn(priceUsd, `price of ${item.productId}`) })
  }
  const [shippingCost, items] = await Promise.all([
    shop.quote(address, cart).then((quote) => inOwn(quote, 'price of shipping')),
    Promise.all(cart.map(priced)),
  ])
  return create(OrderResultSchema, { orderId, shippingCost, shippingAddress: address, items })
}

/** What an order costs, exactly: each price times its quantity, plus shipping. */
export function total({ items, shippingCost }: OrderResult): Amount {
  const shipping = proper(shippingCost, 'price of shipping')
  const costs = items.map(({ item, cost }) => multiply(proper(cost, 'price of an item'), item?.quantity ?? 0))
  return add(shipping, sum(shipping.currencyCode, costs))
}

/** @throws Error for an amount that another service should never have sent */
function proper(value: Amount | undefined, what: string): Amount {
  const wrong = value === undefined ? 'it is missing' : flaw(value)
  if (value === undefined || wrong) throw new Error(`the ${what} is not a valid amount: ${wrong}`)
  return value
}

async function product(shop: Shop, id: string): ReturnType<Shop['product']> {
  try {
    return await shop.product(id)
  } catch (cause) {
    if (!(cause instanceof PeerFailure) || cause.code !== 'NOT_FOUND') throw cause
    const sentence = `The cart contains ${id}, which the shop no longer sells; remove it.`
    throw new GrpcProblem('FAILED_PRECONDITION', sentence, { cause })
  }
}
