/** What only a shell does: pipes, lists, redirection, substitution, patterns. */
const SHELL = new Set(['|', '&', ';', '<', '>', '(', ')', '`', '*', '?', '#', '\n'])

/**
 * The words of a command line, as a shell would start the program; undefined if it needs a shell for more
 * than splitting.
 * @param variables values of `$NAME`
 */
export function shellWords(
  line: string,
  variables: ReadonlyMap<string, string> = new Map(),
): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string
    if (quote === "'") {
      if (char === quote) quote = ''
      else word += char
    } else if (char === '\\') {
      at += 1
      if (line[at] !== '\n') word = (word ?? '') + (line[at] ?? '')
    } else if (char === '$') {
      const found = variable(line.slice(at), variables)
      if (!found) return undefined
      // An unquoted empty value is no word at all.
      if (quote !== '' || found.value !== '') word = (word ?? '') + found.value
      at += found.length - 1
    } else if (char === quote) quote = ''
    else if (quote !== '') {
      if (char === '`') return undefined
      word += char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (/\s/.test(char) && char !== '\n') {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (SHELL.has(char)) return undefined
    else word = (word ?? '') + char
  }
  if (quote !== '') return undefined
  if (word !== undefined) words.push(word)
  return words
}

/** `$NAME`, `${NAME}` and `${NAME:-default}` at the start of a text. */
function variable(
  text: string,
  variables: ReadonlyMap<string, string>,
): { value: string; length: number } | undefined {
  const [whole, plain, braced, operator, fallback] =
    /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(:?-([^}$`]*))?\})/.exec(text) ?? []
  const name = plain ?? braced
  if (whole === undefined || name === undefined) return undefined
  const set = variables.get(name)
  // With a colon an empty value counts as none.
  const value = operator?.startsWith(':') ? set || fallback : (set ?? fallback)
  return value === undefined ? undefined : { value, length: whole.length }
}

/** The variables that a line names without a default. */
export const variablesOf = (line: string): string[] =>
  [...line.matchAll(/\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g)].map(
    ([, plain, braced]) => plain ?? braced ?? '',
  )
