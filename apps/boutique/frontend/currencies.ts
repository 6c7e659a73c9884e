/** The currencies that the shop offers, out of the many that the currency service knows. */
export const SHOWN = ['USD', 'EUR', 'CAD', 'JPY', 'GBP', 'TRY'] as const

export type CurrencyCode = (typeof SHOWN)[number]

/** The currency of the catalogue's prices. */
export const DEFAULT_CURRENCY: CurrencyCode = 'USD'

export const isShown = (code: string | undefined): code is CurrencyCode =>
  SHOWN.some((shown) => shown === code)
