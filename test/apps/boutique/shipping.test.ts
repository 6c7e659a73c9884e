import { create } from '@bufbuild/protobuf'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  GetQuoteRequestSchema,
  ShipOrderRequestSchema,
} from '../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { shipping } from '../../../apps/boutique/shippingservice/shipping.ts'
import { call } from './call.ts'

const address = { streetAddress: '1 High Street', city: 'Mountain View', state: 'CA', zipCode: 94043 }
const items = [{ productId: '6E92ZMYYFZ', quantity: 2 }]
const quote = async (request: { items: typeof items }) =>
  shipping.getQuote(create(GetQuoteRequestSchema, request), call())
const ship = async (request: { address?: typeof address; items?: typeof items }, metadata = {}) =>
  shipping.shipOrder(create(ShipOrderRequestSchema, request), call(metadata))

describe('A quote', () => {
  it('is one price for any number of items, and nothing for nothing', async () => {
    const usd = { currencyCode: 'USD', units: 8n, nanos: 990_000_000 }
    expect(await quote({ items })).toEqual({ costUsd: usd })
    expect(await quote({ items: [...items, ...items] })).toEqual({ costUsd: usd })
    expect(await quote({ items: [] })).toEqual({ costUsd: { currencyCode: 'USD', units: 0n, nanos: 0 } })
  })
})

describe('A tracking id', () => {
  it('has two letters, the length of the address and half of it, each followed by random digits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), async (city, key) => {
        const { trackingId } = await ship(
          { address: { ...address, city }, items },
          { 'idempotency-key': key },
        )
        const length = `1 High Street, ${city}, CA`.length
        expect(trackingId).toMatch(new RegExp(`^[A-Z]{2}-${length}\\d{3}-${Math.floor(length / 2)}\\d{7}$`))
      }),
    )
  })

  it('is different for each order, and the same for a repeated key', async () => {
    const first = await ship({ address, items })
    expect(await ship({ address, items })).not.toEqual(first)
    const keyed = await ship({ address, items }, { 'idempotency-key': 'order 1' })
    expect(await ship({ address, items }, { 'idempotency-key': 'order 1' })).toEqual(keyed)
    expect(await ship({ address, items }, { 'idempotency-key': 'order 2' })).not.toEqual(keyed)
  })
})

describe('Shipping', () => {
  it.each([
    ['no address', { items }, 'has no address'],
    ['no items', { address, items: [] }, 'nothing to ship'],
    ['a quantity of zero', { address, items: [{ productId: 'A', quantity: 0 }] }, 'The quantity of A is 0'],
    [
      'a negative quantity',
      { address, items: [{ productId: '', quantity: -1 }] },
      'The quantity of an item is -1',
    ],
  ])('refuses %s', async (_what, request, sentence) => {
    await expect(ship(request)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(sentence),
    })
  })
})
