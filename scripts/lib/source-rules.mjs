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

/** What the product is made of; scripts and tests may name what they like. */
const PRODUCT =
  /^(core|adapters|functions|cli|local|resources|workflows|buildspecs|images|apps)\/.*\.(ts|mjs|js|py|go|ya?ml|json)$|^serverless\.yml$/
const OWN_TESTS = /_test\.go$/

/** Where one name is right: the usual region, and lists of what AWS calls its places. */
const NAMES_PLACES = [
  'core/base/partition.ts',
  'core/prices/',
  'resources/prices.json',
  // AWS's lists of prices are in one region, for all of them.
  'adapters/aws/price-lists.ts',
  'cli/commands/prices.ts',
  // Started by hand, without the CLI.
  'local/region/base/settings.py',
  'local/region/base/translation.py',
]
const PLACE = /arn:aws[a-z-]*:|\b(?:af|ap|ca|cn|eu|il|me|mx|sa|us|us-gov)-[a-z]+-\d[a-f]?\b/

/**
 * Lines of the product that work in one region or partition only, a sentence each; comments are left out.
 * @param {string} file
 * @param {string} text
 */
export function placeProblems(file, text) {
  if (!PRODUCT.test(file) || OWN_TESTS.test(file) || NAMES_PLACES.some((name) => file.startsWith(name)))
    return []
  return text.split('\n').flatMap((line, index) => {
    const [place] = COMMENT.test(line) ? [] : (PLACE.exec(line) ?? [])
    return place ? [`${file}:${index + 1}: names ${place}; take partition and region from the stage`] : []
  })
}
