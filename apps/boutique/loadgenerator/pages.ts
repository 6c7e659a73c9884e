import type { Page } from './browser.ts'

/** Whether an answer is a page of this kind. */
export const isPage = ({ status, body }: Page, kind: string): boolean =>
  status === 200 && body.includes(`data-page="${kind}"`)

/** The ids of the products that a page links to, each once. */
export const productIds = (body: string): string[] => [
  ...new Set([...body.matchAll(/href="\/product\/(\w+)"/g)].map(([, id = '']) => id)),
]

/**
 * The key in the cart's form, which makes it one order however often it is sent; undefined on other pages.
 */
export const orderKey = (body: string): string | undefined =>
  /name="idempotency_key" value="([\w-]+)"/.exec(body)?.[1]

/** The form of an order. The card is not a real one: its check digit is right, and no money moves. */
export const orderForm = (email: string, streetAddress: string): Record<string, string> => ({
  email,
  street_address: streetAddress,
  zip_code: '94043',
  city: 'Mountain View',
  state: 'CA',
  country: 'United States',
  credit_card_number: '4432801561520454',
  credit_card_expiration_month: '1',
  credit_card_expiration_year: String(new Date().getUTCFullYear() + 1),
  credit_card_cvv: '672',
})
