import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ChargeRequestSchema, CreditCardInfoSchema } from '../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { RefundRequestSchema } from '../../../apps/boutique/lib/gen/payments_pb.ts'
import { accept, isLuhn } from '../../../apps/boutique/paymentservice/card.ts'
import { payments } from '../../../apps/boutique/paymentservice/payment.ts'
import { isTransactionId, transactionId } from '../../../apps/boutique/paymentservice/transaction-id.ts'
import { call } from './call.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
const NUMBER = '4432801561520454'
type CardInit = MessageInitShape<typeof CreditCardInfoSchema>
const good: CardInit = {
  creditCardNumber: NUMBER,
  creditCardCvv: 672,
  creditCardExpirationYear: 2030,
  creditCardExpirationMonth: 1,
}
const check = (change: CardInit = {}) => accept(create(CreditCardInfoSchema, { ...good, ...change }), NOW)

describe('A card', () => {
  it.each([
    ['the demo card', {}, 'visa', '0454'],
    ['one with spaces', { creditCardNumber: '4432 8015 6152 0454' }, 'visa', '0454'],
    ['a Visa with 13 digits', { creditCardNumber: '4222222222222' }, 'visa', '2222'],
    ['an old mastercard', { creditCardNumber: '5555-5555-5555-4444' }, 'mastercard', '4444'],
    ['a new mastercard', { creditCardNumber: '2223003122003222' }, 'mastercard', '3222'],
    [
      'one that expires this month',
      { creditCardExpirationYear: 2026, creditCardExpirationMonth: 11 },
      'visa',
      '0454',
    ],
    ['one whose code starts with zeros', { creditCardCvv: 7 }, 'visa', '0454'],
  ])('is accepted: %s', (_what, change, brand, lastFour) => {
    expect(check(change)).toEqual({ brand, lastFour })
  })

  it.each([
    ['no number', { creditCardNumber: '' }, 'must have 12 to 19 digits'],
    ['letters', { creditCardNumber: '4432x01561520454' }, 'must have 12 to 19 digits'],
    ['a mistyped number', { creditCardNumber: '4432801561520455' }, 'ending in 0455 is mistyped'],
    ['american express', { creditCardNumber: '378282246310005' }, 'neither Visa nor Mastercard'],
    ['a Visa of the wrong length', { creditCardNumber: '40000000000002' }, 'neither Visa nor Mastercard'],
    ['no code', { creditCardCvv: 0 }, 'must have three digits'],
    ['a code of four digits', { creditCardCvv: 1234 }, 'must have three digits'],
    ['month 13', { creditCardExpirationMonth: 13 }, 'expires in month 13'],
    ['no month', { creditCardExpirationMonth: 0 }, 'expires in month 0'],
    ['last month', { creditCardExpirationYear: 2026, creditCardExpirationMonth: 10 }, 'expired in 10/2026'],
    ['last year', { creditCardExpirationYear: 2025, creditCardExpirationMonth: 12 }, 'expired in 12/2025'],
  ])('is refused: %s', (_what, change, sentence) => {
    expect(() => check(change)).toThrow(sentence)
  })

  it('is never shown with more than its last four digits', () => {
    const change = fc.record(
      {
        creditCardCvv: fc.integer({ min: -1, max: 2000 }),
        creditCardExpirationMonth: fc.integer({ min: -1, max: 14 }),
        creditCardExpirationYear: fc.integer({ min: 2020, max: 2030 }),
      },
      { requiredKeys: [] },
    )
    const number = fc.oneof(fc.constant(NUMBER), fc.stringMatching(/^[0-9]{12,19}$/))
    fc.assert(
      fc.property(number, change, (creditCardNumber, rest) => {
        try {
          check({ ...rest, creditCardNumber })
        } catch (error) {
          expect(String(error)).not.toContain(creditCardNumber.slice(0, 8))
        }
      }),
    )
  })

  it('with one wrong digit fails the check digit', () => {
    fc.assert(
      fc.property(fc.nat({ max: 15 }), fc.integer({ min: 1, max: 9 }), (at, off) => {
        const digit = (Number(NUMBER[at]) + off) % 10
        expect(isLuhn(`${NUMBER.slice(0, at)}${digit}${NUMBER.slice(at + 1)}`)).toBe(false)
      }),
    )
  })
})

/** One instance of the service, with its log. */
function instance() {
  const log: string[] = []
  const { payment, refunds } = payments({ now: () => NOW, log: (line) => log.push(line) })
  const charge = async (key?: string, units = 10n, change: CardInit = {}, nanos = 0) => {
    const amount = { currencyCode: 'USD', units, nanos }
    const request = create(ChargeRequestSchema, { amount, creditCard: { ...good, ...change } })
    const answer = await payment.charge(request, call(key === undefined ? {} : { 'idempotency-key': key }))
    return answer.transactionId ?? ''
  }
  const refund = async (transaction: string, key?: string) => {
    const metadata = key === undefined ? {} : { 'idempotency-key': key }
    const request = create(RefundRequestSchema, { transactionId: transaction })
    const answer = await refunds.refund(request, call(metadata))
    return answer.refundId ?? ''
  }
  return { log, charge, refund, payment }
}

describe('A charge', () => {
  it('is logged with the last four digits', async () => {
    const { log, charge } = instance()
    const transaction = await charge()
    expect(log).toEqual([`charged $10.00 to visa ending in 0454: ${transaction}`])
  })

  it('without a key is a new one each time', async () => {
    const { log, charge } = instance()
    expect(await charge()).not.toBe(await charge())
    expect(log).toHaveLength(2)
  })

  it('with the same key is made once, and has the same id from any instance', async () => {
    const { log, charge } = instance()
    const first = await charge('order 1')
    expect(await charge('order 1')).toBe(first)
    expect(log).toHaveLength(1)
    expect(await instance().charge('order 1')).toBe(first)
    expect(await charge('order 2')).not.toBe(first)
  })

  it.each([
    ['another amount', 11n, {}],
    ['another card', 10n, { creditCardNumber: '5555555555554444' }],
  ])('refuses a key that was used for %s', async (_what, units, change) => {
    const { charge } = instance()
    await charge('order 1')
    await expect(charge('order 1', units, change)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
  })

  it.each([
    ['zero', 0n, 0, 'The amount to charge is $0.00; it must be more than zero.'],
    ['a debt', -1n, 0, 'The amount to charge is -$1.00; it must be more than zero.'],
    ['two signs', 1n, -1, 'different signs'],
  ])('refuses %s', async (_what, units, nanos, sentence) => {
    await expect(instance().charge(undefined, units, {}, nanos)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(sentence),
    })
  })

  it.each([
    ['amount', { creditCard: good }, 'has no amount to charge'],
    ['card', { amount: { currencyCode: 'USD', units: 1n } }, 'has no credit card'],
  ])('refuses a request without its %s', async (_what, request, sentence) => {
    const { payment } = instance()
    await expect(
      (async () => payment.charge(create(ChargeRequestSchema, request), call()))(),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(sentence) })
  })
})

describe('A refund', () => {
  it('has the same id however often and by which instance it is made, and is logged once', async () => {
    const { log, charge, refund } = instance()
    const transaction = await charge('order 1')
    const first = await refund(transaction)
    expect(await refund(transaction)).toBe(first)
    expect(await instance().refund(transaction)).toBe(first)
    expect(first).not.toBe(transaction)
    expect(log.slice(1)).toEqual([`refunded charge ${transaction}: ${first}`])
  })

  it('takes the key of a charge as well, charged or not, and nothing is charged under it afterwards', async () => {
    const { charge, refund } = instance()
    const first = await refund(await charge('order 1'))
    expect(await instance().refund('', 'order 1')).toBe(first)
    await refund('', 'order 2')
    await expect(charge('order 2')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
  })

  it('ends the use of its key', async () => {
    const { charge, refund } = instance()
    await refund(await charge('order 1'))
    await expect(charge('order 1')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' })
  })

  it.each(['', 'x', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'])('finds no charge %p', async (id) => {
    await expect(instance().refund(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('A transaction id', () => {
  it('is a version 8 UUID that is recognized, and no other UUID is', () => {
    const keys = fc.option(fc.string(), { nil: undefined })
    fc.assert(
      fc.property(keys, fc.nat({ max: 35 }), (key, at) => {
        const id = transactionId(key)
        expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
        expect(isTransactionId(id)).toBe(true)
        const other = id[at] === '0' ? '1' : '0'
        expect(isTransactionId(id.slice(0, at) + other + id.slice(at + 1))).toBe(false)
      }),
    )
  })
})
