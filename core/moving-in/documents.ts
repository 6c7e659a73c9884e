import { LineCounter, parseAllDocuments } from 'yaml'
import { InvalidInput } from '../base/errors.ts'

/**
 * The documents of a YAML file as plain values, anchors and merge keys carried out; empty ones are left out.
 * @throws {InvalidInput} with file and line if it is not YAML
 */
export function yamlDocuments(text: string, file: string): unknown[] {
  const lines = new LineCounter()
  const options = { lineCounter: lines, prettyErrors: false, merge: true }
  const parsed = parseAllDocuments(text, options)
  const documents = Array.isArray(parsed) ? parsed : []
  return documents.flatMap((document) => {
    const [problem] = document.errors
    if (problem) {
      const { line } = lines.linePos(problem.pos[0])
      const said = problem.message.split(/[;\n]/)[0] ?? ''
      throw new InvalidInput(`${file}:${line}`, `is not YAML (${said})`, remedyFor(text), { cause: problem })
    }
    const value = plainValue(document, file)
    return value === null || value === undefined ? [] : [value]
  })
}

/** Charts look like manifests until somebody reads them. */
const remedyFor = (text: string): string =>
  isTemplate(text)
    ? 'it is a template of Helm: "helm template . > app.yml" writes what it means'
    : 'correct it'

export const isTemplate = (text: string): boolean => /\{\{-?\s*[.$a-z"(/]/.test(text)

/** Aliases may stand for nothing, or for more than memory holds. */
function plainValue(document: { toJS(options: { maxAliasCount: number }): unknown }, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 1000 })
  } catch (cause) {
    const remedy = 'write out what the aliases (*) name'
    throw new InvalidInput(file, `cannot be read (${(cause as Error).message})`, remedy, { cause })
  }
}
