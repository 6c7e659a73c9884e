import type { CreditCardInfo } from '../lib/gen/hipstershop_pb.ts'

/** What may be logged about a card. */
export interface Card {
  brand: 'visa' | 'mastercard'
  lastFour: string
}

/** A card that is not accepted; the message says why and shows only its last four digits. */
export class CardProblem extends Error {
  override name = 'CardProblem'
}

/**
 * Checks number, brand, security code and expiry; a card is valid until the end of its month.
 * @param now the time of the payment; the month is in UTC
 * @throws CardProblem with one sentence
 */
export function accept(info: CreditCardInfo, now: Date): Card {
  const number = info.creditCardNumber.replace(/[ -]/g, '')
  if (!/^\d{12,19}$/.test(number)) {
    throw new CardProblem(
      'The card number must have 12 to 19 digits; spaces and dashes between them are fine.',
    )
  }
  const lastFour = number.slice(-4)
  if (!isLuhn(number)) {
    throw new CardProblem(
      `The number of the card ending in ${lastFour} is mistyped; its check digit is wrong.`,
    )
  }
  const brand = brandOf(number)
  if (brand === undefined) {
    throw new CardProblem(
      `The card ending in ${lastFour} is neither Visa nor Mastercard; pay with one of these.`,
    )
  }
  const { creditCardCvv: cvv, creditCardExpirationYear: year, creditCardExpirationMonth: month } = info
  // As a number it has lost its leading zeros: 7 means 007. A missing field reads as zero.
  if (cvv < 1 || cvv > 999) {
    throw new CardProblem(`The security code of the card ending in ${lastFour} must have three digits.`)
  }
  if (month < 1 || month > 12) {
    throw new CardProblem(`The card ending in ${lastFour} expires in month ${month}; it must be 1 to 12.`)
  }
  if (now.getUTCFullYear() * 12 + now.getUTCMonth() + 1 > year * 12 + month) {
    throw new CardProblem(
      `The card ending in ${lastFour} expired in ${month}/${year}; use one that is valid.`,
    )
  }
  return { brand, lastFour }
}

/**
 * ISO/IEC 7812: from the right, every second digit counts double, as its digit sum, and the total ends in 0.
 */
export function isLuhn(number: string): boolean {
  const counted = [...number].reverse().map((digit, at) => (at % 2 === 0 ? 1 : 2) * Number(digit))
  return counted.reduce((total, value) => total + (value > 9 ? value - 9 : value), 0) % 10 === 0
}

/** Visa: 4…, of 13, 16 or 19 digits. Mastercard: 51-55… and 2221-2720…, of 16. */
function brandOf(number: string): Card['brand'] | undefined {
  if (/^4(\d{12}|\d{15}|\d{18})$/.test(number)) return 'visa'
  const start = Number(number.slice(0, 4))
  const isMastercard = (start >= 5100 && start <= 5599) || (start >= 2221 && start <= 2720)
  return isMastercard && number.length === 16 ? 'mastercard' : undefined
}
