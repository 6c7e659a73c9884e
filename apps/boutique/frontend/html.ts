/** Markup that is safe to send: made by `html` only, which escapes whatever is put into it. */
export class Html {
  readonly #markup: string

  /** Use the tag `html`; this takes the text as it is. */
  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** What may stand in a template; nothing is written for false, null and undefined. */
export type Content = Html | string | number | bigint | false | null | undefined | readonly Content[]

/** A hole right after `=` has no quotes around it, where a space would end the value whatever is escaped. */
const UNQUOTED = /=\s*$/

/**
 * A template of HTML. Texts in it are escaped, for elements and for quoted attributes alike; markup made by another
 * `html` is not; arrays are written one after the other.
 * @throws Error when an attribute's value is not in quotes
 */
export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
  const parts = strings.map((string, index) => {
    if (index === values.length) return string
    if (UNQUOTED.test(string)) throw new Error(`put the value after ${string.slice(-30)} in quotes`)
    return string + write(values[index])
  })
  return new Html(parts.join(''))
}

function write(content: Content): string {
  if (content === false || content === null || content === undefined) return ''
  if (content instanceof Html) return content.toString()
  if (typeof content === 'object') return content.map(write).join('')
  return escaped(String(content))
}

const escaped = (text: string): string =>
  text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
