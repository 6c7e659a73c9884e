/** The patterns of a `.dockerignore`: one a line, without comments and empty lines. */
export const ignorePatterns = (text: string): string[] =>
  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))

/**
 * What patterns leave out, as Docker matches them (".dockerignore files"): the last one that fits counts, `!`
 * takes a path back in, and a folder means all that is in it.
 * @returns whether a path relative to the source is left out
 */
export function ignoring(patterns: readonly string[]): (path: string) => boolean {
  const rules = patterns.flatMap((pattern) => {
    const back = pattern.startsWith('!')
    const expression = expressionOf(back ? pattern.slice(1) : pattern)
    return expression === undefined ? [] : [{ back, expression }]
  })
  if (rules.length === 0) return () => false
  return (path) => rules.reduce((left, { back, expression }) => (expression.test(path) ? !back : left), false)
}

/** Undefined for a pattern that names nothing, such as `/`. */
function expressionOf(pattern: string): RegExp | undefined {
  const parts = pattern
    .trim()
    .split('/')
    .filter((part) => part !== '' && part !== '.')
  if (parts.length === 0) return undefined
  const text = parts.map((part, index) => partOf(part, index === parts.length - 1)).join('')
  return new RegExp(`^${text}(/.*)?$`, 's')
}

/** `**` is any number of folders, `*` and `?` are characters of one name, `[a-z]` is one of them. */
function partOf(part: string, last: boolean): string {
  if (part === '**') return last ? '.*' : '(?:[^/]+/)*'
  const text = part.replace(
    /\\(.)|\[(\^?)([^\]]+)\]|\*+|\?|[.+^${}()|[\]\\]/g,
    (whole, escaped, not, set) => {
      if (escaped !== undefined) return literal(escaped)
      if (set !== undefined) return `[${not}${set.replace(/[\\[]/g, '\\$&')}]`
      if (whole.startsWith('**')) return '.*'
      if (whole === '*') return '[^/]*'
      return whole === '?' ? '[^/]' : literal(whole)
    },
  )
  return last ? text : `${text}/`
}

const literal = (char: string): string => char.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
