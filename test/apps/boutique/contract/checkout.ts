import { randomUUID } from 'node:crypto'
import type { MessageInitShape } from '@bufbuild/protobuf'
import { expect } from '@jest/globals'
import {
  CartService,
  CheckoutService,
  type PlaceOrderRequestSchema,
} from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { grpcClient } from '../../../../apps/lib/grpc/client.ts'
import { type Bad, contract, each, fails, refuses } from './contract.ts'
import { addressOf } from './programs.ts'

type Request = MessageInitShape<typeof PlaceOrderRequestSchema>

const order: Omit<Request, '$typeName'> = {
  userCurrency: 'USD',
  email: 'someone@example.org',
  address: {
    streetAddress: '1600 Amphitheatre Pkwy',
    city: 'Mountain View',
    state: 'CA',
    country: 'USA',
    zipCode: 94043,
  },
  creditCard: {
    creditCardNumber: '4432-8015-6152-0454',
    creditCardCvv: 672,
    creditCardExpirationMonth: 12,
    creditCardExpirationYear: new Date().getUTCFullYear() + 1,
  },
}

const BAD_ORDERS: Bad<typeof PlaceOrderRequestSchema> = {
  'of nobody': [order, 'user_id'],
  'to nowhere': [{ ...order, userId: 'u', address: undefined } as Request, 'has no address'],
  'without a card': [{ ...order, userId: 'u', creditCard: undefined } as Request, 'has no credit card'],
  'in no currency': [{ ...order, userId: 'u', userCurrency: 'dollars' }, 'user_currency is "dollars"'],
  'confirmed to nobody': [{ ...order, userId: 'u', email: 'nobody' }, 'email must be an address'],
}

/** The cart of a new user, with two mugs in it, and a look at what is in it later. */
async function shopper() {
  const carts = grpcClient(CartService, addressOf('cartservice'))
  const userId = randomUUID()
  await carts.addItem({ userId, item: { productId: '6E92ZMYYFZ', quantity: 2 } })
  return {
    userId,
    cart: async () => (await carts.getCart({ userId })).items.length,
    leave: () => carts.close(),
  }
}

/** Runs with a shopper who leaves at the end. */
const shopping =
  <T>(run: (client: T, somebody: Awaited<ReturnType<typeof shopper>>) => Promise<void>) =>
  async (client: T) => {
    const somebody = await shopper()
    await run(client, somebody).finally(somebody.leave)
  }

export const checkout = contract({
  program: 'checkoutservice',
  service: CheckoutService,
  all: {
    'places an order for the cart, at its prices, and empties the cart': shopping(
      async (client, { userId, cart }) => {
        const placed = (await client.placeOrder({ ...order, userId })).order
        expect(placed).toMatchObject({
          shippingAddress: { city: 'Mountain View' },
          shippingCost: { currencyCode: 'USD', units: 8n, nanos: 990_000_000 },
          items: [{ item: { quantity: 2 }, cost: { currencyCode: 'USD', units: 8n, nanos: 990_000_000 } }],
        })
        expect(placed?.orderId).toMatch(/^[\da-f-]{36}$/)
        expect(placed?.shippingTrackingId).not.toBe('')
        expect(await cart()).toBe(0)
      },
    ),
    'prices in the currency of the user': shopping(async (client, { userId }) => {
      const placed = (await client.placeOrder({ ...order, userId, userCurrency: 'JPY' })).order
      expect(placed?.shippingCost?.currencyCode).toBe('JPY')
      expect(placed?.items[0]?.cost?.currencyCode).toBe('JPY')
    }),
    'leaves the cart full when the card is refused': shopping(async (client, { userId, cart }) => {
      const creditCard = { ...order.creditCard, creditCardExpirationYear: 2001 }
      await fails(client.placeOrder({ ...order, userId, creditCard } as Request))
      expect(await cart()).toBe(1)
    }),
  },
  ours: {
    'answers a repeat with the same order, later and at the same time': shopping(
      async (client, { userId }) => {
        const metadata = { 'idempotency-key': randomUUID() }
        const place = () => client.placeOrder({ ...order, userId }, { metadata, timeoutMs: 15_000 })
        const [first, ...repeats] = await Promise.all([place(), place(), place()])
        for (const repeat of [...repeats, await place()]) expect(repeat).toEqual(first)
      },
    ),
    'accepts a refused order again under its key, with another card': shopping(async (client, { userId }) => {
      const metadata = { 'idempotency-key': randomUUID() }
      const creditCard = {
        ...order.creditCard,
        creditCardNumber: '4432-8015-6152-0455',
      } as Request['creditCard']
      await refuses(
        client.placeOrder({ ...order, userId, creditCard } as Request, { metadata }),
        'INVALID_ARGUMENT',
        '0455',
      )
      expect((await client.placeOrder({ ...order, userId }, { metadata })).order?.orderId).not.toBe('')
    }),
    "refuses another order's key": shopping(async (client, { userId }) => {
      const metadata = { 'idempotency-key': randomUUID() }
      await client.placeOrder({ ...order, userId }, { metadata })
      const other = { ...order, userId, userCurrency: 'EUR' }
      await refuses(client.placeOrder(other, { metadata }), 'ALREADY_EXISTS', 'another order')
    }),
    'refuses an empty cart': async (client) => {
      const nobody = { ...order, userId: randomUUID() }
      await refuses(client.placeOrder(nobody), 'FAILED_PRECONDITION', 'empty')
    },
    'refuses a currency that the shop does not know': shopping(async (client, { userId }) => {
      await refuses(client.placeOrder({ ...order, userId, userCurrency: 'XXX' }), 'INVALID_ARGUMENT', '"XXX"')
    }),
    ...each(CheckoutService, 'refuses an order', BAD_ORDERS, async (client, [request, words]) =>
      refuses(client.placeOrder(request), 'INVALID_ARGUMENT', words),
    ),
  },
})
