import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Tags } from 'yaml'
import { InvalidInput } from './errors.ts'

export type Path = readonly (string | number)[]

/** A YAML text as a plain value, with the way back from a path in it to its line. */
export interface YamlDocument {
  value: unknown
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
    value: document.toJS(),
    line: (path) => lines.linePos(offsetOf(document.contents, path)).line,
  }
}

function offsetOf(root: Node | null, path: Path): number {
  let node: unknown = root
  let offset = root?.range?.[0] ?? 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (!pair) break
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      if (isNode(node)) offset = node.range?.[0] ?? offset
    } else {
      break
    }
  }
  return offset
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value
}

function firstSentence(message: string): string {
  const [line = message] = message.split('\n')
  return line.charAt(0).toLowerCase() + line.slice(1)
}
