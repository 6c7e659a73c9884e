import { randomUUID } from 'node:crypto'
import type { Form } from './form.ts'
import { fitsLuhn } from './luhn.ts'

/** The fields of the checkout form, in the order of the page. */
export const FIELDS = [
  'email',
  'street_address',
  'zip_code',
  'city',
  'state',
  'country',
  'credit_card_number',
  'credit_card_expiration_month',
  'credit_card_expiration_year',
  'credit_card_cvv',
] as const

export type Field = (typeof FIELDS)[number]

/** What was typed, the security code aside, and one sentence about each field that is wrong. */
export interface Typed {
  values: Record<Field, string>
  problems: Partial<Record<Field, string>>
  /** Created with the form: the same form sent twice is one order. */
  key: string
}

/** As in the contract of the checkout service. */
export interface Order {
  email: string
  address: { streetAddress: string; city: string; state: string; country: string; zipCode: number }
  creditCard: {
    creditCardNumber: string
    creditCardCvv: number
    creditCardExpirationYear: number
    creditCardExpirationMonth: number
  }
}

const MAX_INT32 = 2 ** 31 - 1
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** A form that can be sent as it is, so that trying the shop takes one click. The card is not a real one. */
export const demoOrder = (now: Date): Typed => ({
  values: {
    email: 'someone@example.com',
    street_address: '1600 Amphitheatre Parkway',
    zip_code: '94043',
    city: 'Mountain View',
    state: 'CA',
    country: 'United States',
    credit_card_number: '4432 8015 6152 0454',
    credit_card_expiration_month: '1',
    credit_card_expiration_year: String(now.getUTCFullYear() + 1),
    credit_card_cvv: '672',
  },
  problems: {},
  key: randomUUID(),
})

/**
 * Checks what was typed.
 * @param now a card is valid until the end of its month
 * @returns the order, or undefined when there are problems, and what to show in the form
 */
export function checkOrder(form: Form, now: Date): { typed: Typed; order: Order | undefined } {
  const values = Object.fromEntries(FIELDS.map((field) => [field, form.get(field) ?? ''])) as Typed['values']
  const problems: Typed['problems'] = {}
  for (const field of FIELDS) {
    const problem = CHECKS[field](values[field], values, now)
    if (problem !== undefined) problems[field] = problem
  }
  const key = form.get('idempotency_key') ?? ''
  // No page ever has a security code that somebody typed; it is typed again (PCI DSS, requirement 3.3).
  const shown = { ...values, credit_card_cvv: '' }
  const typed = { values: shown, problems, key: UUID.test(key) ? key.toLowerCase() : randomUUID() }
  return { typed, order: Object.keys(problems).length === 0 ? orderOf(values) : undefined }
}

type Check = (value: string, all: Typed['values'], now: Date) => string | undefined

const text =
  (what: string, longest: number): Check =>
  (value) => {
    if (value === '') return `Enter ${what}.`
    return value.length > longest ? `Shorten this to ${longest} characters.` : undefined
  }

const CHECKS: Record<Field, Check> = {
  email(value) {
    if (value === '') return 'Enter your e-mail address.'
    const isAddress = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value) && value.length <= 254
    return isAddress ? undefined : 'Enter an e-mail address such as someone@example.com.'
  },
  street_address: text('the street and house number', 512),
  zip_code(value) {
    if (value === '') return 'Enter the ZIP code.'
    const isNumber = /^\d{1,10}$/.test(value) && Number(value) <= MAX_INT32
    return isNumber ? undefined : 'Enter the ZIP code with digits only, such as 94043.'
  },
  city: text('the city', 128),
  state: text('the state', 128),
  country: text('the country', 128),
  credit_card_number(value) {
    if (value === '') return 'Enter the card number.'
    const digits = bare(value)
    if (!/^\d{12,19}$/.test(digits)) return 'Enter the 12 to 19 digits on the front of the card.'
    return fitsLuhn(digits) ? undefined : 'Check the card number; one of its digits is wrong.'
  },
  credit_card_expiration_month(value) {
    return isWhole(value, 1, 12) ? undefined : 'Choose the month in which the card expires, from 1 to 12.'
  },
  credit_card_expiration_year(value, { credit_card_expiration_month: month }, now) {
    const year = now.getUTCFullYear()
    if (!/^\d{4}$/.test(value)) return 'Choose the year in which the card expires, such as 2030.'
    const last = Number(value) * 12 + (isWhole(month, 1, 12) ? Number(month) : 12)
    const isOver = last < year * 12 + now.getUTCMonth() + 1
    return isOver ? 'This card has expired; use another one.' : undefined
  },
  credit_card_cvv(value) {
    return /^\d{3,4}$/.test(value) ? undefined : 'Enter the 3 or 4 digits on the back of the card.'
  },
}

const isWhole = (value: string, from: number, to: number): boolean =>
  /^\d{1,2}$/.test(value) && Number(value) >= from && Number(value) <= to

/** People group the digits of a card with spaces or dashes. */
const bare = (number: string): string => number.replace(/[\s-]/g, '')

const orderOf = (values: Typed['values']): Order => ({
  email: values.email,
  address: {
    streetAddress: values.street_address,
    city: values.city,
    state: values.state,
    country: values.country,
    zipCode: Number(values.zip_code),
  },
  creditCard: {
    creditCardNumber: bare(values.credit_card_number),
    creditCardCvv: Number(values.credit_card_cvv),
    creditCardExpirationYear: Number(values.credit_card_expiration_year),
    creditCardExpirationMonth: Number(values.credit_card_expiration_month),
  },
})
