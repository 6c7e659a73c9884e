import { expect } from '@jest/globals'
import {
  EmailService,
  type SendOrderConfirmationRequestSchema,
} from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { type Bad, contract, each, refuses } from './contract.ts'

const usd = (units: bigint) => ({ currencyCode: 'USD', units, nanos: 990_000_000 })
const order = {
  orderId: '1c6a1a0e-8f1f-4d4e-9d0c-2a8c5b9f0e11',
  shippingTrackingId: 'AB-12345-123456',
  shippingCost: usd(8n),
  shippingAddress: { streetAddress: '1 High Street', city: 'Bern', country: 'Switzerland', zipCode: 3000 },
  items: [{ item: { productId: '6E92ZMYYFZ', quantity: 2 }, cost: usd(8n) }],
}

const BAD: Bad<typeof SendOrderConfirmationRequestSchema> = {
  'no address': [{ order }, 'is not a mail address'],
  'an address without @': [{ email: 'ada', order }, 'is not a mail address'],
  'no order': [{ email: 'a@example.org' }, 'has no order'],
  'an order in two currencies': [
    { email: 'a@example.org', order: { ...order, shippingCost: { ...usd(8n), currencyCode: 'EUR' } } },
    'EUR and USD are different currencies',
  ],
}

export const email = contract({
  program: 'emailservice',
  service: EmailService,
  all: {
    'confirms an order': async (client) => {
      const answer = await client.sendOrderConfirmation({ email: 'ada@example.org', order })
      expect(answer.$typeName).toBe('hipstershop.Empty')
    },
  },
  ours: each(EmailService, 'refuses', BAD, async (client, [request, words]) =>
    refuses(client.sendOrderConfirmation(request), 'INVALID_ARGUMENT', words),
  ),
})
