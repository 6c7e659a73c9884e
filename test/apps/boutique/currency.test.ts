import { create } from '@bufbuild/protobuf'
import { describe, expect, it } from '@jest/globals'
import { currency } from '../../../apps/boutique/currencyservice/currency.ts'
import { RATES } from '../../../apps/boutique/currencyservice/rates.ts'
import { CurrencyConversionRequestSchema } from '../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { call } from './call.ts'

const service = currency(RATES)
const convert = (
  from: { currencyCode: string; units?: bigint; nanos?: number } | undefined,
  toCode: string,
) => service.convert(create(CurrencyConversionRequestSchema, { ...(from && { from }), toCode }), call())

describe('The currency service', () => {
  it('knows 33 currencies', async () => {
    const { currencyCodes = [] } = await service.getSupportedCurrencies(undefined as never, call())
    expect(currencyCodes).toHaveLength(33)
    expect(currencyCodes).toEqual(expect.arrayContaining(['EUR', 'USD', 'JPY', 'GBP', 'TRY', 'CAD']))
  })

  it('returns the amount in the requested currency', async () => {
    const euros = await convert({ currencyCode: 'USD', units: 19n, nanos: 990_000_000 }, 'EUR')
    expect(euros).toEqual({ currencyCode: 'EUR', units: 17n, nanos: 682_441_398 })
  })

  it.each([
    ['no amount', undefined, 'EUR', 'has no amount to convert'],
    [
      'an unknown source',
      { currencyCode: 'XXX' },
      'EUR',
      '"XXX" is not a currency of this shop; choose one of EUR, USD,',
    ],
    ['an unknown target', { currencyCode: 'USD' }, 'usd', '"usd" is not a currency of this shop'],
    ['an amount with two signs', { currencyCode: 'USD', units: 1n, nanos: -1 }, 'EUR', 'different signs'],
  ])('refuses %s', async (_what, from, toCode, sentence) => {
    await expect((async () => convert(from, toCode))()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(sentence),
    })
  })
})
