import { describe, expect, it } from '@jest/globals'
import { checkAddition } from '../../../apps/boutique/frontend/cart-form.ts'
import { checkOrder, demoOrder, type Field } from '../../../apps/boutique/frontend/checkout-form.ts'

const NOW = new Date('2026-11-21T12:00:00Z')
const KEY = '0b0f8c52-4dd4-4a1e-9a3b-3f2f7d0d3c11'
const good = (): Record<string, string> => ({ ...demoOrder(NOW).values, idempotency_key: KEY })
const check = (changes: Record<string, string>) =>
  checkOrder(new Map(Object.entries({ ...good(), ...changes })), NOW)

describe('the checkout form', () => {
  it('accepts what it suggests', () => {
    const { order, typed } = check({})
    const values = { ...demoOrder(NOW).values, credit_card_cvv: '' }
    expect(typed).toEqual({ values, problems: {}, key: KEY })
    expect(order).toEqual({
      email: 'someone@example.com',
      address: {
        streetAddress: '1600 Amphitheatre Parkway',
        city: 'Mountain View',
        state: 'CA',
        country: 'United States',
        zipCode: 94043,
      },
      creditCard: {
        creditCardNumber: '4432801561520454',
        creditCardCvv: 672,
        creditCardExpirationYear: 2027,
        creditCardExpirationMonth: 1,
      },
    })
  })

  it.each<[Field, string, string]>([
    ['email', '', 'Enter your e-mail'],
    ['email', 'someone', 'such as'],
    ['email', 'some one@example.com', 'such as'],
    ['email', 'someone@example', 'such as'],
    ['email', `${'a'.repeat(250)}@example.com`, 'such as'],
    ['street_address', '', 'Enter the street'],
    ['street_address', 'a'.repeat(513), '512'],
    ['zip_code', '', 'Enter the ZIP'],
    ['zip_code', 'EC1A', 'digits only'],
    ['zip_code', '-1', 'digits only'],
    ['zip_code', '2147483648', 'digits only'],
    ['city', '', 'Enter the city'],
    ['city', 'a'.repeat(129), '128'],
    ['state', '', 'Enter the state'],
    ['country', '', 'Enter the country'],
    ['credit_card_number', '', 'Enter the card number'],
    ['credit_card_number', '4432', '12 to 19 digits'],
    ['credit_card_number', '4432 8015 6152 0455', 'one of its digits is wrong'],
    ['credit_card_expiration_month', '', 'month'],
    ['credit_card_expiration_month', '0', 'month'],
    ['credit_card_expiration_month', '13', 'month'],
    ['credit_card_expiration_year', 'soon', 'such as 2030'],
    ['credit_card_expiration_year', '2025', 'expired'],
    ['credit_card_cvv', '12', '3 or 4 digits'],
    ['credit_card_cvv', '12345', '3 or 4 digits'],
  ])('says at %s that "%s" is wrong, keeps it, and says nothing at the others', (field, value, sentence) => {
    const { order, typed } = check({ [field]: value })
    expect(order).toBeUndefined()
    expect(typed.problems).toEqual({ [field]: expect.stringContaining(sentence) })
    // The page never shows a security code again.
    expect(typed.values[field]).toBe(field === 'credit_card_cvv' ? '' : value)
    expect(typed.values.credit_card_cvv).toBe('')
  })

  it.each([
    ['4432-8015-6152-0454', true],
    ['5555 5555 5555 4444', true],
    ['1234567890123456', false],
  ])('reads the card %s: %s', (number, isGood) => {
    expect(check({ credit_card_number: number }).order !== undefined).toBe(isGood)
  })

  it.each([
    ['10', false],
    ['11', true],
    ['12', true],
  ])('accepts a card until the end of its month: %s of this year: %s', (month, isGood) => {
    const changes = { credit_card_expiration_month: month, credit_card_expiration_year: '2026' }
    expect(check(changes).order !== undefined).toBe(isGood)
  })

  it.each(['2026', '2097', '9999'])(
    'accepts a card that is valid until %s, as the payment service does',
    (year) => {
      const changes = { credit_card_expiration_month: '12', credit_card_expiration_year: year }
      expect(check(changes).order?.creditCard.creditCardExpirationYear).toBe(Number(year))
    },
  )

  it('names all fields of an empty form', () => {
    const { typed } = checkOrder(new Map(), NOW)
    expect(Object.keys(typed.problems)).toHaveLength(10)
  })

  it('makes a new key when the form has none of its keys', () => {
    const keys = [check({ idempotency_key: '' }), check({ idempotency_key: '../x' })].map(
      ({ typed }) => typed.key,
    )
    expect(keys.every((key) => /^[\da-f-]{36}$/.test(key))).toBe(true)
    expect(new Set(keys).size).toBe(2)
  })
})

describe('the product form', () => {
  const add = (fields: Record<string, string>) => checkAddition(new Map(Object.entries(fields)))

  it.each(['1', '10', '07'])('takes %s pieces', (quantity) => {
    expect(add({ product_id: 'MUG', quantity })).toEqual({ productId: 'MUG', quantity: Number(quantity) })
  })

  it.each(['', '0', '11', '-1', '1.5', '1e1', 'two', '9999999999'])(
    'does not accept "%s" pieces',
    (quantity) => {
      expect(add({ product_id: 'MUG', quantity })).toEqual({
        productId: 'MUG',
        typed: quantity,
        problem: 'Enter a whole number from 1 to 10.',
      })
    },
  )

  it('refuses a form that names no product', () => {
    expect(() => add({ quantity: '1' })).toThrow(expect.objectContaining({ status: 422 }))
  })
})
