import { money, present } from '../lib/checked.ts'
import type { OrderResult } from '../lib/gen/hipstershop_pb.ts'
import { type Amount, add, format, multiply, sum } from '../lib/money.ts'

/**
 * The text of the mail that confirms an order.
 * @throws GrpcProblem INVALID_ARGUMENT when the order lacks an amount, MoneyProblem when its currencies
 * differ
 */
export function confirmation(order: OrderResult): string {
  const shipping = money(order.shippingCost, 'shipping cost')
  const lines = order.items.map(({ item, cost }) => {
    const { productId, quantity } = present(item, 'product in an item')
    const each = money(cost, `cost of ${productId}`)
    return { productId, quantity, each, all: multiply(each, quantity) }
  })
  const goods = sum(
    shipping.currencyCode,
    lines.map(({ all }) => all),
  )
  const { streetAddress, city, state, zipCode, country } = present(order.shippingAddress, 'shipping address')
  return [
    'Your order is on its way',
    '',
    `Order     ${order.orderId}`,
    `Tracking  ${order.shippingTrackingId}`,
    `To        ${[streetAddress, city, `${state} ${zipCode}`.trim(), country].filter(Boolean).join(', ')}`,
    '',
    ...lines.map(({ productId, quantity, each, all }) =>
      row(`${quantity} x ${productId} at ${format(each)}`, all),
    ),
    row('Shipping', shipping),
    row('Total', add(goods, shipping)),
    '',
    'Thank you for your order.',
  ]
    .map(printable)
    .join('\n')
}

const row = (what: string, cost: Amount): string => `${what.padEnd(40)}${format(cost).padStart(16)}`

/** Text from the user must not start a new line. */
const printable = (line: string): string => line.replace(/\p{Cc}+/gu, ' ')
