import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { describe, expect, it } from '@jest/globals'
import { email } from '../../../apps/boutique/emailservice/email.ts'
import {
  type OrderResultSchema,
  SendOrderConfirmationRequestSchema,
} from '../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { call } from './call.ts'

type Order = MessageInitShape<typeof OrderResultSchema>
const euros = (units: bigint, nanos = 0) => ({ currencyCode: 'EUR', units, nanos })
const order: Order = {
  orderId: 'order-1',
  shippingTrackingId: 'AB-123-456',
  shippingCost: euros(7n, 950_000_000),
  shippingAddress: {
    streetAddress: '1 High Street',
    city: 'Bern',
    state: 'BE',
    zipCode: 3000,
    country: 'CH',
  },
  items: [
    { item: { productId: '6E92ZMYYFZ', quantity: 2 }, cost: euros(7n, 990_000_000) },
    { item: { productId: '1YMWWN1N4O', quantity: 1 }, cost: euros(97n, 300_000_000) },
  ],
}

async function send(to: string, change?: Order | null): Promise<string[]> {
  const log: string[] = []
  const request: MessageInitShape<typeof SendOrderConfirmationRequestSchema> = { email: to }
  if (change !== null) request.order = { ...order, ...change } as Order
  await email((text) => log.push(text)).sendOrderConfirmation(
    create(SendOrderConfirmationRequestSchema, request),
    call(),
  )
  return log
}

describe('A confirmation', () => {
  it('is written to the log with every item and the total, its address shortened', async () => {
    expect(await send('ada@example.org')).toEqual([
      `mail to a…@example.org:
Your order is on its way

Order     order-1
Tracking  AB-123-456
To        1 High Street, Bern, BE 3000, CH

2 x 6E92ZMYYFZ at €7.99                           €15.98
1 x 1YMWWN1N4O at €97.30                          €97.30
Shipping                                           €7.95
Total                                            €121.23

Thank you for your order.`,
    ])
  })

  it('has no lines written by the user', async () => {
    const shippingAddress = { streetAddress: 'x\ncharged $0.00 to\u001b[2J', city: 'Bern' }
    const [text = ''] = await send('ada@example.org', { shippingAddress })
    expect(text).toContain('To        x charged $0.00 to [2J, Bern')
  })

  it.each([
    ['an address without @', 'ada', {}, 'is not a mail address such as'],
    ['an address with two lines', 'a@b\nc', {}, 'is not a mail address'],
    ['no order', 'a@b', null, 'has no order'],
    ['no shipping cost', 'a@b', { shippingCost: undefined }, 'has no shipping cost'],
    ['no shipping address', 'a@b', { shippingAddress: undefined }, 'has no shipping address'],
    ['an item without a product', 'a@b', { items: [{ cost: euros(1n) }] }, 'has no product in an item'],
    ['an item without a cost', 'a@b', { items: [{ item: { productId: 'A' } }] }, 'has no cost of A'],
    [
      'two currencies',
      'a@b',
      { items: [{ item: { productId: 'A', quantity: 1 }, cost: { currencyCode: 'USD', units: 1n } }] },
      'EUR and USD are different currencies',
    ],
  ])('is refused for %s', async (_what, to, change, sentence) => {
    await expect(send(to, change as Order | null)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(sentence),
    })
  })
})
