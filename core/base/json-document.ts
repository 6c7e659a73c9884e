import { InvalidInput } from './errors.ts'
import { jsonPlaces, lineOf, writtenPath } from './json-keys.ts'
import type { Path, YamlDocument } from './yaml-document.ts'

/**
 * Reads one JSON document as RFC 8259 has it: no comments, no byte order mark, nothing behind it.
 * @throws {InvalidInput} with file and line if the text is anything else, or repeats a key
 */
export function readJson(text: string, file: string): YamlDocument {
  const value = parsed(text, file)
  const lines = new Map<string, number>()
  const numbers = new Map<string, string>()
  let line = 1
  let before = 0
  for (const { path, index, number, repeated } of jsonPlaces(text)) {
    line += text.slice(before, index).split('\n').length - 1
    before = index
    if (repeated)
      throw new InvalidInput(`${file}:${line}: ${writtenPath(path)}`, 'is there twice', 'keep one of the two')
    if (number === undefined) lines.set(JSON.stringify(path), line)
    else numbers.set(JSON.stringify(path), number)
  }
  return {
    value,
    written: (path) => numbers.get(JSON.stringify(path)),
    line: (path) => nearestLine(lines, path),
  }
}

function nearestLine(lines: ReadonlyMap<string, number>, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const line = lines.get(JSON.stringify(path.slice(0, length)))
    if (line !== undefined) return line
  }
  return 1
}

function parsed(text: string, file: string): unknown {
  if (text.startsWith('\uFEFF'))
    throw new InvalidInput(file, 'begins with a byte order mark', 'save it as UTF-8 without one')
  if (text.trim() === '') throw new InvalidInput(file, 'the file is empty')
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw notJson(text, file, cause as Error)
  }
}

/** V8 says where, `at position 17 (line 1 column 18)`, or quotes the text around it, with its line breaks. */
function notJson(text: string, file: string, cause: Error): InvalidInput {
  const [, index] = /at position (\d+)/.exec(cause.message) ?? []
  const place = index === undefined ? file : `${file}:${lineOf(text, Number(index))}`
  if (cause.message.includes('after JSON'))
    return new InvalidInput(place, 'there is text after the end of the document', 'remove it', { cause })
  const said = cause.message.replace(/ in JSON at position .*| at position .*/, '').replace(/\s+/g, ' ')
  return new InvalidInput(place, `is not JSON (${said})`, 'correct it', { cause })
}
