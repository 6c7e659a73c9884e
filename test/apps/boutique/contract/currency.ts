import { expect } from '@jest/globals'
import {
  type CurrencyConversionRequestSchema,
  CurrencyService,
} from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { type Amount, inNanos } from '../../../../apps/boutique/lib/money.ts'
import { type Bad, contract, each, refuses } from './contract.ts'

const usd = (units: bigint, nanos = 0): Amount => ({ currencyCode: 'USD', units, nanos })

/** The original calculates in floating point and rounds down: its last digits may be off. */
const ALMOST = 1000n

function expectAlmost(result: Amount, currencyCode: string, nanos: bigint): void {
  expect(result.currencyCode).toBe(currencyCode)
  const off = inNanos(result) - nanos
  expect(off <= ALMOST && off >= -ALMOST).toBe(true)
}

const BAD: Bad<typeof CurrencyConversionRequestSchema> = {
  'no amount': [{ toCode: 'EUR' }, 'has no amount to convert'],
  'an unknown source, with the known ones': [
    { from: { ...usd(1n), currencyCode: 'XXX' }, toCode: 'EUR' },
    'choose one of EUR, USD, JPY',
  ],
  'an unknown target': [{ from: usd(1n), toCode: 'eur' }, '"eur" is not a currency of this shop'],
  'no target': [{ from: usd(1n) }, '"" is not a currency of this shop'],
  'no source': [{ from: { units: 1n }, toCode: 'EUR' }, '"" is not a code of three capitals'],
  'two signs': [{ from: usd(1n, -1), toCode: 'EUR' }, 'different signs'],
  'too many nanos': [{ from: usd(1n, 1_000_000_000), toCode: 'EUR' }, 'not between'],
}

export const currency = contract({
  program: 'currencyservice',
  service: CurrencyService,
  all: {
    'knows the currencies that the shop offers': async (client) => {
      const { currencyCodes } = await client.getSupportedCurrencies({})
      expect(currencyCodes).toEqual(expect.arrayContaining(['USD', 'EUR', 'CAD', 'JPY', 'GBP', 'TRY']))
    },
    ...each(
      CurrencyService,
      'converts',
      {
        '19.99 USD to EUR': ['EUR', usd(19n, 990_000_000), 17_682_441_398n],
        '8.99 USD to JPY': ['JPY', usd(8n, 990_000_000), 1_005_162_317_559n],
        '1 USD to USD': ['USD', usd(1n), 1_000_000_000n],
        'nothing to GBP': ['GBP', usd(0n), 0n],
        '1,000,000 JPY to USD': ['USD', { ...usd(1_000_000n), currencyCode: 'JPY' }, 8_943_829_113_924n],
      } as const,
      async (client, [toCode, from, nanos]) =>
        expectAlmost(await client.convert({ from, toCode }), toCode, nanos),
    ),
    'converts to every currency that it knows': async (client) => {
      const { currencyCodes } = await client.getSupportedCurrencies({})
      for (const toCode of currencyCodes) {
        const { units, nanos } = await client.convert({ from: usd(100n), toCode })
        expect(inNanos({ currencyCode: toCode, units, nanos })).toBeGreaterThan(0n)
        expect(Math.abs(nanos)).toBeLessThan(1_000_000_000)
      }
    },
  },
  ours: {
    'converts to the nearest billionth': async (client) => {
      const euros = await client.convert({ from: usd(19n, 990_000_000), toCode: 'EUR' })
      expect(inNanos(euros)).toBe(17_682_441_398n)
    },
    'leaves an amount alone that is already in the currency': async (client) => {
      for (let cents = 1; cents < 100; cents += 7) {
        const from = usd(19n, cents * 10_000_000)
        expect(inNanos(await client.convert({ from, toCode: 'USD' }))).toBe(inNanos(from))
      }
    },
    ...each(CurrencyService, 'refuses', BAD, async (client, [request, words]) =>
      refuses(client.convert(request), 'INVALID_ARGUMENT', words),
    ),
  },
})
