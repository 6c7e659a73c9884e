const COLUMNS = 110
const LINES = 250

/** Texts and patterns are not counted: broken in two, no search would find them. */
const PATTERN = /(?<=[=(,:[]\s*|^\s*)\/(?:[^/\\]|\\.)+\/[a-z]*(?=[\s,.)\]]|$)/g
const LITERAL = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g

const COMMENT = /^\s*(\/\/|\/?\*|#)/

/** A line inside a template literal over several lines: markup, YAML, XML. */
const isWithin = (ticks) => ticks % 2 === 1

/**
 * Where a source breaks the length rules, a sentence each: 110 columns without literals; 250 lines.
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
    // Go indents with tabs, usually shown as four columns.
    const shown = line.replaceAll('\t', '    ')
    const width = (COMMENT.test(line) ? shown : shown.replace(LITERAL, "''").replace(PATTERN, '//')).length
    if (width > COLUMNS && !isWithin(before) && !isWithin(ticks))
      problems.push(`${file}:${index + 1}: ${width} columns, ${COLUMNS} at most`)
  })
  if (lines.length > LINES)
    problems.push(`${file}: ${lines.length} lines, ${LINES} at most; split it by what it is about`)
  return problems
}
