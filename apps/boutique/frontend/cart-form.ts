import { Refusal } from '../../lib/refusal.ts'
import type { Form } from './form.ts'

/** The most that the form accepts at once. */
export const MOST_AT_ONCE = 10

/** What to put into the cart; `problem` is set when the quantity is not valid. */
export type Addition =
  | { productId: string; quantity: number; problem?: undefined }
  | { productId: string; typed: string; problem: string }

/**
 * Checks the form on a product's page.
 * @throws Refusal 422 when it names no product: there is no page to show it on again
 */
export function checkAddition(form: Form): Addition {
  const productId = form.get('product_id') ?? ''
  if (productId === '') throw new Refusal(422, 'The form names no product. Choose one in the shop.')
  const typed = form.get('quantity') ?? ''
  const quantity = Number(typed)
  if (!/^\d{1,9}$/.test(typed) || quantity < 1 || quantity > MOST_AT_ONCE) {
    return { productId, typed, problem: `Enter a whole number from 1 to ${MOST_AT_ONCE}.` }
  }
  return { productId, quantity }
}
