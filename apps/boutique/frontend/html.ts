/** Markup that is safe to send: made only by `html`, which escapes everything put into it. */
export class Html {
  readonly #markup: string

  /** Use the tag `html` instead; this takes the text as is. */
  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** What a template may contain; nothing is written for false, null and undefined. */
export type Content = Html | string | number | bigint | false | null | undefined | readonly Content[]

/** A hole right after `=` is not in quotes, where a space would end the value despite all escaping. */
const UNQUOTED = /=\s*$/

/**
 * A template of HTML. Texts in it are escaped, in elements and in quoted attributes; markup made by another
 * `html` is not; the items of an array are written one after the other.
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
