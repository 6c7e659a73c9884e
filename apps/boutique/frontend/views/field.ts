import { type Html, html } from '../html.ts'

/** The sentence below a field that is wrong; the field points to it by `aria-describedby`. */
export const message = (field: string, problem: string | undefined): Html | undefined =>
  problem === undefined ? undefined : html`<span class="problem" id="${field}-problem">${problem}</span>`
