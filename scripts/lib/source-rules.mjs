const COLUMNS = 110
const LINES = 250

/** What a text says is not broken, nor a pattern: in two pieces no search finds it. */
const PATTERN = /(?<=[=(,:[]\s*|^\s*)\/(?:[^/\\]|\\.)+\/[a-z]*(?=[\s,.)\]]|$)/g
const LITERAL = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g

const COMMENT = /^\s*(\/\/|\/?\*|#)/

/** A line that stands inside a template over several lines: markup, YAML, XML. */
const isWithin = (ticks) => ticks % 2 === 1

/**
 * Where a source breaks the rules of length, a sentence each: 110 columns, literals left out; 250 lines.
 * @param {string} file
 * @param {string} text
 */
export function lengthProblems(file, text) {
  const lines = text.replace(/\n$/, '').split('\n')
  const problems = []
  let ticks = 0
  lines.forEach((line, index) => {
    const before = ticks
    ticks += line.replace(/\\`/g, '').split('`').length - 1
    // Go indents by tabs, which its people read as four.
    const shown = line.replaceAll('\t', '    ')
    const width = (COMMENT.test(line) ? shown : shown.replace(LITERAL, "''").replace(PATTERN, '//')).length
    if (width > COLUMNS && !isWithin(before) && !isWithin(ticks))
      problems.push(`${file}:${index + 1}: ${width} columns, ${COLUMNS} at most`)
  })
  if (lines.length > LINES)
    problems.push(`${file}: ${lines.length} lines, ${LINES} at most; split it by what it is about`)
  return problems
}
