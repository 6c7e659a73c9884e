import type { Amount } from '../lib/money.ts'
import { Cached } from './cached.ts'
import { type CurrencyCode, SHOWN } from './currencies.ts'
import type { Services } from './services.ts'

/**
 * Rates rarely change; a home page needs one conversion per product, the same ones for all visitors with that
 * currency.
 */
const KEEP_MS = 5000
const MOST = 1000

/** The list of currencies changes with a release of the currency service. */
const KEEP_LIST_MS = 60_000

/** What things cost in the visitor's currency. */
export class Prices {
  readonly #service: Services['currency']
  readonly #converted = new Cached<Amount>(KEEP_MS, MOST)
  readonly #codes = new Cached<CurrencyCode[]>(KEEP_LIST_MS, 1)

  constructor(service: Services['currency']) {
    this.#service = service
  }

  /**
   * The exact amount for one piece, as the currency service converts it: totals are sums of these, as at
   * checkout.
   * @throws PeerFailure, or Error when the service answers in another currency
   */
  async in(currency: CurrencyCode, from: Amount | undefined, deadline: number): Promise<Amount> {
    if (from === undefined) throw new Error('a price is missing')
    if (from.currencyCode === currency) return from
    const key = `${from.currencyCode} ${from.units} ${from.nanos} ${currency}`
    return this.#converted.get(key, async () => {
      const answer = await this.#service.convert({ from, toCode: currency }, { deadline })
      if (answer.currencyCode !== currency) {
        throw new Error(`asked for ${currency}, the currency service answered ${answer.currencyCode}`)
      }
      return answer
    })
  }

  /** The currencies that the shop offers and the service can convert to. */
  offered(deadline: number): Promise<CurrencyCode[]> {
    return this.#codes.get('', async () => {
      const { currencyCodes } = await this.#service.getSupportedCurrencies({}, { deadline })
      return SHOWN.filter((code) => currencyCodes.includes(code))
    })
  }
}
