/** The currencies that the shop shows, of the many that the currency service knows. */
export const SHOWN = ['USD', 'EUR', 'CAD', 'JPY', 'GBP', 'TRY'] as const

export type CurrencyCode = (typeof SHOWN)[number]

/** What the catalogue's prices are in. */
export const DEFAULT_CURRENCY: CurrencyCode = 'USD'

export const isShown = (code: string | undefined): code is CurrencyCode =>
  SHOWN.some((shown) => shown === code)
