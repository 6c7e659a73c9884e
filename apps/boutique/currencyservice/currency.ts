import type { Handlers } from '../../lib/grpc/implementation.ts'
import { GrpcProblem } from '../../lib/grpc/problem.ts'
import { money } from '../lib/checked.ts'
import type { CurrencyService } from '../lib/gen/hipstershop_pb.ts'
import { type Amount, convert, type Decimal, decimal } from '../lib/money.ts'

/**
 * The currencies in the table and conversion between them, exact except for one rounding to the nearest
 * billionth. The original service multiplies and divides in floating point and then rounds down, so its
 * results are a few billionths lower or higher.
 * @param rates how much of each currency one unit of the common base is worth, as decimal numbers
 */
export function currency(rates: Readonly<Record<string, string>>): Handlers<typeof CurrencyService> {
  const known = new Map(Object.entries(rates).map(([code, rate]) => [code, decimal(rate)]))

  const rateOf = (code: string): Decimal => {
    const rate = known.get(code)
    if (rate) return rate
    const codes = [...known.keys()].join(', ')
    throw new GrpcProblem(
      'INVALID_ARGUMENT',
      `${JSON.stringify(code)} is not a currency of this shop; choose one of ${codes}.`,
    )
  }

  return {
    getSupportedCurrencies: () => ({ currencyCodes: [...known.keys()] }),
    convert({ from, toCode }): Amount {
      const given = money(from, 'amount to convert')
      return convert(given, rateOf(given.currencyCode), rateOf(toCode), toCode)
    },
  }
}
