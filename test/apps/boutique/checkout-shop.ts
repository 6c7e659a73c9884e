import { create } from '@bufbuild/protobuf'
import type { Asked } from '../../../apps/boutique/checkoutservice/order.ts'
import type { Shop } from '../../../apps/boutique/checkoutservice/shop.ts'
import {
  AddressSchema,
  CartItemSchema,
  CreditCardInfoSchema,
  type OrderResult,
  ProductSchema,
} from '../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { type Amount, inNanos, multiply } from '../../../apps/boutique/lib/money.ts'
import { PeerFailure } from '../../../apps/lib/grpc/problem.ts'

type Code = PeerFailure['code']

/** Makes a verb fail: `before` it is done, or `after`, when only its answer is lost. */
export interface Fault {
  verb: keyof Shop
  code: Code
  when: 'before' | 'after'
}

export const dollars = (units: bigint, nanos = 0): Amount => ({ currencyCode: 'USD', units, nanos })

/**
 * The shop's other services in one object: two products, a rate of 2 for other currencies, and a record of
 * what was done.
 */
export class FakeShop implements Shop {
  readonly carts = new Map([['anna', { mug: 2, tank: 1 } as Record<string, number>]])
  /** Open charges by order id, in billionths. */
  readonly charges = new Map<string, bigint>()
  readonly refunds: string[] = []
  readonly parcels = new Set<string>()
  readonly mails: OrderResult[] = []
  readonly calls: string[] = []
  faults: Fault[] = []

  async cart(user: string) {
    return this.#do('cart', () =>
      Object.entries(this.carts.get(user) ?? {}).map(([productId, quantity]) =>
        create(CartItemSchema, { productId, quantity }),
      ),
    )
  }

  async product(id: string) {
    return this.#do('product', () => {
      const priceUsd = { mug: dollars(8n, 990_000_000), tank: dollars(18n, 990_000_000) }[id]
      if (priceUsd === undefined) throw failure('product', 'NOT_FOUND')
      return create(ProductSchema, { id, priceUsd })
    })
  }

  async convert(from: Amount, toCode: string) {
    return this.#do('convert', () => ({ ...multiply(from, 2), currencyCode: toCode }))
  }

  async quote() {
    return this.#do('quote', () => dollars(8n, 990_000_000))
  }

  async charge(orderId: string, amount: Amount) {
    return this.#do('charge', () => {
      this.charges.set(orderId, inNanos(amount))
      return `transaction of ${orderId}`
    })
  }

  async refund(transaction: string) {
    return this.#do('refund', () => {
      this.charges.delete(transaction.replace('transaction of ', ''))
      this.refunds.push(transaction)
    })
  }

  async cancel(orderId: string) {
    return this.#do('cancel', () => {
      this.charges.delete(orderId)
      this.refunds.push(`transaction of ${orderId}`)
    })
  }

  async ship(orderId: string) {
    return this.#do('ship', () => {
      this.parcels.add(orderId)
      return `parcel of ${orderId}`
    })
  }

  async emptyCart(user: string) {
    return this.#do('emptyCart', () => void this.carts.delete(user))
  }

  async confirm(_email: string, order: OrderResult) {
    return this.#do('confirm', () => void this.mails.push(order))
  }

  async #do<T>(verb: keyof Shop, deed: () => T): Promise<T> {
    this.calls.push(verb)
    const fault = this.faults.find((one) => one.verb === verb)
    if (fault?.when === 'before') throw failure(verb, fault.code)
    const result = deed()
    if (fault) throw failure(verb, fault.code)
    return result
  }
}

const failure = (verb: string, code: Code): PeerFailure =>
  new PeerFailure('hipstershop.Fake', verb, code, `${verb} says no.`)

/** What Anna asks for: her cart, to Rome, in her currency. */
export const asked = (changes: Partial<Asked> = {}): Asked => ({
  userId: 'anna',
  userCurrency: 'USD',
  email: 'anna@example.org',
  address: create(AddressSchema, {
    streetAddress: 'Via Appia 1',
    city: 'Rome',
    country: 'Italy',
    zipCode: 100,
  }),
  card: create(CreditCardInfoSchema, { creditCardNumber: '4432801561520454' }),
  token: 'token-1',
  signal: new AbortController().signal,
  ...changes,
})
