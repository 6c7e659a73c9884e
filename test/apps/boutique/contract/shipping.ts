import { expect } from '@jest/globals'
import {
  type ShipOrderRequestSchema,
  ShippingService,
} from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { type Bad, contract, each, refuses } from './contract.ts'

const address = {
  streetAddress: '1600 Amphitheatre Pkwy',
  city: 'Mountain View',
  state: 'CA',
  zipCode: 94043,
  country: 'USA',
}
const items = [{ productId: '6E92ZMYYFZ', quantity: 2 }]

const BAD_ORDERS: Bad<typeof ShipOrderRequestSchema> = {
  'to nowhere': [{ items }, 'has no address'],
  nothing: [{ address }, 'nothing to ship'],
  'a quantity of zero': [{ address, items: [{ productId: 'A', quantity: 0 }] }, 'The quantity of A is 0'],
}

export const shipping = contract({
  program: 'shippingservice',
  service: ShippingService,
  all: {
    'ships any number of items for 8.99 USD': async (client) => {
      const cost = { currencyCode: 'USD', units: 8n, nanos: 990_000_000 }
      expect((await client.getQuote({ address, items })).costUsd).toMatchObject(cost)
      expect((await client.getQuote({ address, items: [...items, ...items] })).costUsd).toMatchObject(cost)
    },
    'ships nothing for nothing': async (client) => {
      const { costUsd } = await client.getQuote({ address, items: [] })
      expect(costUsd).toMatchObject({ currencyCode: 'USD', units: 0n, nanos: 0 })
    },
    'gives a parcel a tracking id that contains the length of its address': async (client) => {
      const { length } = '1600 Amphitheatre Pkwy, Mountain View, CA'
      const { trackingId } = await client.shipOrder({ address, items })
      expect(trackingId).toMatch(new RegExp(`^[A-Z]{2}-${length}\\d{1,3}-${Math.floor(length / 2)}\\d{1,7}$`))
    },
    'gives each parcel its own id': async (client) => {
      const first = await client.shipOrder({ address, items })
      expect(await client.shipOrder({ address, items })).not.toEqual(first)
    },
  },
  ours: {
    'quotes without an address': async (client) => {
      expect((await client.getQuote({ items })).costUsd?.units).toBe(8n)
    },
    'gives an order that is sent again the same id': async (client) => {
      const metadata = { 'idempotency-key': 'order 1' }
      const first = await client.shipOrder({ address, items }, { metadata })
      expect(await client.shipOrder({ address, items }, { metadata })).toEqual(first)
    },
    ...each(ShippingService, 'refuses to ship', BAD_ORDERS, async (client, [request, words]) =>
      refuses(client.shipOrder(request), 'INVALID_ARGUMENT', words),
    ),
    'refuses to quote a negative quantity': async (client) => {
      const wrong = [{ productId: 'A', quantity: -1 }]
      await refuses(client.getQuote({ address, items: wrong }), 'INVALID_ARGUMENT', 'The quantity of A is -1')
    },
  },
})
