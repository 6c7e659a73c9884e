import { expect } from '@jest/globals'
import { type ChargeRequestSchema, PaymentService } from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { Refunds } from '../../../../apps/boutique/lib/gen/payments_pb.ts'
import { grpcClient } from '../../../../apps/lib/grpc/client.ts'
import { type Bad, contract, each, fails, refuses } from './contract.ts'
import { addressOf } from './programs.ts'

const card = {
  creditCardNumber: '4432801561520454',
  creditCardCvv: 672,
  creditCardExpirationYear: 2039,
  creditCardExpirationMonth: 1,
}
const amount = { currencyCode: 'USD', units: 10n, nanos: 500_000_000 }

const BAD_CARDS = {
  'a mistyped number': [{ creditCardNumber: '4432801561520455' }, 'is mistyped'],
  'a number of letters': [{ creditCardNumber: 'abcd' }, 'must have 12 to 19 digits'],
  'American Express': [{ creditCardNumber: '378282246310005' }, 'neither Visa nor Mastercard'],
  'a card that expired years ago': [{ creditCardExpirationYear: 2020 }, 'expired in 1/2020'],
} as const

const BAD_CHARGES: Bad<typeof ChargeRequestSchema> = {
  'a missing security code': [{ amount, creditCard: { ...card, creditCardCvv: 0 } }, 'three digits'],
  'no card': [{ amount }, 'has no credit card'],
  'no amount': [{ creditCard: card }, 'has no amount to charge'],
  'to charge nothing': [{ amount: { ...amount, units: 0n, nanos: 0 }, creditCard: card }, 'more than zero'],
  'to charge a debt': [{ amount: { ...amount, units: -1n, nanos: 0 }, creditCard: card }, 'more than zero'],
  'an amount with two signs': [{ amount: { ...amount, nanos: -1 }, creditCard: card }, 'different signs'],
}

export const payment = contract({
  program: 'paymentservice',
  service: PaymentService,
  all: {
    'charges a Visa card and returns a UUID': async (client) => {
      const { transactionId } = await client.charge({ amount, creditCard: card })
      expect(transactionId).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
    },
    'charges a Mastercard with dashes in its number': async (client) => {
      const creditCard = { ...card, creditCardNumber: '5555-5555-5555-4444' }
      expect((await client.charge({ amount, creditCard })).transactionId).not.toBe('')
    },
    'gives each charge its own id': async (client) => {
      const first = await client.charge({ amount, creditCard: card })
      expect(await client.charge({ amount, creditCard: card })).not.toEqual(first)
    },
    ...each(PaymentService, 'refuses', BAD_CARDS, async (client, [change]) => {
      await fails(client.charge({ amount, creditCard: { ...card, ...change } }))
    }),
  },
  ours: {
    ...each(PaymentService, 'says what is wrong with', BAD_CARDS, async (client, [change, words]) => {
      await refuses(client.charge({ amount, creditCard: { ...card, ...change } }), 'INVALID_ARGUMENT', words)
    }),
    'shows only the last four digits of a card': async (client) => {
      const creditCard = { ...card, creditCardNumber: '4432801561520455' }
      const { details } = await fails(client.charge({ amount, creditCard }))
      expect(details.replace('0455', '')).not.toMatch(/\d/)
    },
    ...each(PaymentService, 'refuses', BAD_CHARGES, async (client, [request, words]) =>
      refuses(client.charge(request), 'INVALID_ARGUMENT', words),
    ),
    'charges once for a key, and refuses another amount for it': async (client) => {
      const metadata = { 'idempotency-key': crypto.randomUUID() }
      const first = await client.charge({ amount, creditCard: card }, { metadata })
      expect(await client.charge({ amount, creditCard: card }, { metadata })).toEqual(first)
      const more = client.charge({ amount: { ...amount, units: 11n }, creditCard: card }, { metadata })
      await refuses(more, 'ALREADY_EXISTS', 'another amount')
    },
    'refunds a charge once, however often it is asked, and does not charge for its key again': async (
      client,
    ) => {
      const metadata = { 'idempotency-key': crypto.randomUUID() }
      const { transactionId } = await client.charge({ amount, creditCard: card }, { metadata })
      const refunds = grpcClient(Refunds, addressOf('paymentservice'))
      const first = await refunds.refund({ transactionId })
      expect(await refunds.refund({ transactionId })).toEqual(first)
      await refuses(refunds.refund({ transactionId: crypto.randomUUID() }), 'NOT_FOUND', 'There is no charge')
      refunds.close()
      await refuses(
        client.charge({ amount, creditCard: card }, { metadata }),
        'FAILED_PRECONDITION',
        'refunded',
      )
    },
  },
})
