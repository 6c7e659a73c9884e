import { FIELDS, type Field, type Typed } from '../checkout-form.ts'
import { type Content, type Html, html } from '../html.ts'
import { message } from './field.ts'

/** How the text fields look; the autofill names are those of the HTML standard, section 4.10.18.7. */
const TEXTS = {
  email: { label: 'E-mail', attributes: html`type="email" autocomplete="email" maxlength="254"` },
  street_address: {
    label: 'Street and number',
    attributes: html`autocomplete="shipping address-line1" maxlength="512"`,
  },
  zip_code: {
    label: 'ZIP code',
    attributes: html`autocomplete="shipping postal-code" inputmode="numeric" maxlength="10"`,
  },
  city: { label: 'City', attributes: html`autocomplete="shipping address-level2" maxlength="128"` },
  state: { label: 'State', attributes: html`autocomplete="shipping address-level1" maxlength="128"` },
  country: { label: 'Country', attributes: html`autocomplete="shipping country-name" maxlength="128"` },
  credit_card_number: {
    label: 'Card number',
    attributes: html`autocomplete="cc-number" inputmode="numeric" maxlength="30"`,
  },
  credit_card_cvv: {
    label: 'Security code',
    attributes: html`autocomplete="cc-csc" inputmode="numeric" maxlength="4"`,
  },
} as const satisfies Partial<Record<Field, { label: string; attributes: Html }>>

const MONTHS = Array.from({ length: 12 }, (_, index) => {
  const name = new Date(Date.UTC(2000, index)).toLocaleString('en', { month: 'short', timeZone: 'UTC' })
  return [String(index + 1), `${String(index + 1).padStart(2, '0')} ${name}`] as const
})

/** Most cards are valid for at most five years; a few more for those that are not. */
const YEARS = 10

/**
 * The checkout form, with what was typed and what is wrong with it.
 * @param now the first year to choose from
 */
export function checkoutForm(typed: Typed, now: Date): Html {
  const { values, problems, key } = typed
  const first = FIELDS.find((field) => problems[field] !== undefined)
  const state = (field: Field): Content => [
    problems[field] !== undefined && html` aria-invalid="true" aria-describedby="${field}-problem"`,
    field === first && html` autofocus`,
  ]
  const text = (field: keyof typeof TEXTS): Html => html`<p class="field ${field}">
<label for="${field}">${TEXTS[field].label}</label>
<input id="${field}" name="${field}" required ${TEXTS[field].attributes} value="${values[field]}"${state(field)}>
${message(field, problems[field])}
</p>`
  const choice = (field: Field, label: string, hint: string, options: (readonly [string, string])[]): Html =>
    html`<p class="field ${field}">
<label for="${field}">${label}</label>
<select id="${field}" name="${field}" required autocomplete="${hint}"${state(field)}>
${options.map(
  ([value, shown]) =>
    html`<option value="${value}"${value === values[field] && html` selected`}>${shown}</option>`,
)}
</select>
${message(field, problems[field])}
</p>`
  const years = Array.from({ length: YEARS }, (_, index) => String(now.getUTCFullYear() + index))
  return html`<form class="checkout" action="/cart/checkout" method="post">
<input type="hidden" name="idempotency_key" value="${key}">
${first !== undefined && html`<p class="alert" role="alert">Some of the fields need fixing; see below.</p>`}
<fieldset><legend>Where to send it</legend>
${text('email')}${text('street_address')}${text('zip_code')}${text('city')}${text('state')}${text('country')}
</fieldset>
<fieldset><legend>How to pay</legend>
${text('credit_card_number')}
${choice('credit_card_expiration_month', 'Month', 'cc-exp-month', withEmpty(MONTHS, values.credit_card_expiration_month))}
${choice(
  'credit_card_expiration_year',
  'Year',
  'cc-exp-year',
  withEmpty(
    years.map((year) => [year, year] as const),
    values.credit_card_expiration_year,
  ),
)}
${text('credit_card_cvv')}
</fieldset>
<button class="button">Place order</button>
</form>`
}

/**
 * A sent value that is not a choice must not silently turn into the first one: it is added as one more, to be
 * changed.
 */
const withEmpty = (options: (readonly [string, string])[], value: string): (readonly [string, string])[] =>
  options.some(([known]) => known === value)
    ? options
    : [[value, value === '' ? 'Choose' : value], ...options]
