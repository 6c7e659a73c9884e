import { grpcClient } from '../../lib/grpc/client.ts'
import {
  CartService,
  CurrencyService,
  EmailService,
  PaymentService,
  ProductCatalogService,
  ShippingService,
} from '../lib/gen/hipstershop_pb.ts'
import { Refunds } from '../lib/gen/payments_pb.ts'
import type { ServiceName } from '../lib/services.ts'
import type { Shop } from './shop.ts'

/**
 * A query is answered within milliseconds; the rest is time to notice a dead instance and ask another one.
 */
const QUESTION_MS = 2500

/** Charges and parcels are worth a longer wait. A step of an order stays well below HOLD_MS in orders.ts. */
const DEED_MS = 5000

/** The caller waits for the mail last and needs it least. */
const MAIL_MS = 1500

/**
 * The shop's services over gRPC.
 * @param addressOf `host:port` of a service
 */
export function grpcShop(addressOf: (service: ServiceName) => string): Shop {
  const question = { timeoutMs: QUESTION_MS }
  const cart = grpcClient(CartService, addressOf('cartservice'), question)
  const catalogue = grpcClient(ProductCatalogService, addressOf('productcatalogservice'), question)
  const currency = grpcClient(CurrencyService, addressOf('currencyservice'), question)
  const shipping = grpcClient(ShippingService, addressOf('shippingservice'), question)
  const payment = grpcClient(PaymentService, addressOf('paymentservice'))
  const refunds = grpcClient(Refunds, addressOf('paymentservice'))
  const email = grpcClient(EmailService, addressOf('emailservice'))
  /** With the order's id as its key an action counts once, so it may be sent again after a lost answer. */
  const once = (orderId: string) => ({
    timeoutMs: DEED_MS,
    safe: true,
    metadata: { 'idempotency-key': orderId },
  })
  return {
    cart: async (userId) => (await cart.getCart({ userId })).items,
    product: (id) => catalogue.getProduct({ id }),
    convert: (from, toCode) => currency.convert({ from, toCode }),
    async quote(address, items) {
      const { costUsd } = await shipping.getQuote({ address, items })
      if (costUsd === undefined) throw new Error('the shipping service gave no price')
      return costUsd
    },
    async charge(orderId, amount, creditCard) {
      return (await payment.charge({ amount, creditCard }, once(orderId))).transactionId
    },
    async refund(transactionId) {
      await refunds.refund({ transactionId }, { timeoutMs: DEED_MS })
    },
    async cancel(orderId) {
      await refunds.refund({ transactionId: '' }, once(orderId))
    },
    async ship(orderId, address, items) {
      return (await shipping.shipOrder({ address, items }, once(orderId))).trackingId
    },
    async emptyCart(userId) {
      await cart.emptyCart({ userId })
    },
    async confirm(address, order) {
      await email.sendOrderConfirmation(
        { email: address, order },
        { timeoutMs: MAIL_MS, waitForReady: false },
      )
    },
  }
}
