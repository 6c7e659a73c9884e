import { isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument, type Tags } from 'yaml'
import { InvalidInput } from './errors.ts'

export type Path = readonly (string | number)[]

/** A YAML text as a plain value, with the way back from a path in it to its line. */
export interface YamlDocument {
  value: unknown
  /** A number, or true or false, as its author wrote it, such as `1.10`; undefined for anything else. */
  written(path: Path): string | undefined
  /** Line (from 1) of the key at `path`, or of the nearest key above it if `path` does not exist. */
  line(path: Path): number
}

/**
 * Reads one YAML document.
 * @throws {InvalidInput} with file and line if the text is not YAML, repeats a key or holds several documents
 */
export function readYaml(text: string, file: string, tags: Tags = []): YamlDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, customTags: tags })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem) {
    const { line } = lines.linePos(problem.pos[0])
    throw new InvalidInput(`${file}:${line}`, firstSentence(problem.message), 'correct the YAML', {
      cause: problem,
    })
  }
  return {
    value: plainValue(document, file),
    written: (path) => sourceOf(document.getIn(path, true)),
    line: (path) => lines.linePos(offsetOf(document.contents, path)).line,
  }
}

/** Aliases may stand for more than memory holds, or for nothing: yaml says so with errors of JavaScript. */
function plainValue(document: { toJS(): unknown }, file: string): unknown {
  try {
    return document.toJS()
  } catch (cause) {
    const [, name] = /Unresolved alias.*: (.+)$/.exec((cause as Error).message) ?? []
    if (name !== undefined)
      throw new InvalidInput(file, `*${name} names no anchor`, `add &${name}`, { cause })
    throw new InvalidInput(
      file,
      'its aliases (*) stand for too much',
      'write out what they name, or use fewer of them',
      { cause },
    )
  }
}

function sourceOf(node: unknown): string | undefined {
  if (!isScalar(node) || typeof node.value === 'string' || node.value === null) return undefined
  return node.source
}

function offsetOf(root: ParsedNode | null, path: Path): number {
  let node: ParsedNode | null | undefined = root
  let offset = root?.range[0] ?? 0
  for (const step of path) {
    if (isMap(node)) {
      const pair: { key: ParsedNode; value: ParsedNode | null } | undefined = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      )
      if (!pair) break
      offset = pair.key.range[0]
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      if (node) offset = node.range[0]
    } else {
      break
    }
  }
  return offset
}

function firstSentence(message: string): string {
  // Behind a semicolon yaml advises its own callers.
  const [line = message] = message.split(/[;\n]/)
  return line.charAt(0).toLowerCase() + line.slice(1)
}
