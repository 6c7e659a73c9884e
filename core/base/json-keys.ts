import type { Path } from './yaml-document.ts'

/** A key that an object of a JSON text holds twice: of its values all but the last would be lost. */
export interface RepeatedKey {
  /** The way to it: `services[0].port`. */
  path: string
  /** Its line, from 1. */
  line: number
}

/** A key of a JSON text, or a number in it. */
export interface JsonPlace {
  path: Path
  /** Where in the text. */
  index: number
  /** The number as its author wrote it; undefined for a key. */
  number?: string
  /** Whether its object has had this key before. */
  repeated: boolean
}

interface Open {
  /** The keys so far; a list has none. */
  keys: Set<string> | undefined
  step: string | number
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*/g

/** All keys and numbers of a text that is JSON, in their order. */
export function* jsonPlaces(json: string): Generator<JsonPlace> {
  const open: Open[] = []
  const path = () => open.map(({ step }) => step)
  let text = ''
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    const inner = open.at(-1)
    if (token === '{' || token === '[') open.push({ keys: token === '{' ? new Set() : undefined, step: 0 })
    else if (token === '}' || token === ']') open.pop()
    else if (token === ',' && inner && !inner.keys) inner.step = Number(inner.step) + 1
    else if (token === ':' && inner?.keys) {
      const key = JSON.parse(text) as string
      inner.step = key
      yield { path: path(), index, repeated: inner.keys.has(key) }
      inner.keys.add(key)
    } else if (token.startsWith('"')) text = token
    else if (token !== ',') yield { path: path(), index, number: token, repeated: false }
  }
}

/** The first repeated key of a text that is JSON, undefined when there is none. */
export function repeatedKey(json: string): RepeatedKey | undefined {
  for (const { path, index, repeated } of jsonPlaces(json))
    if (repeated) return { path: writtenPath(path), line: lineOf(json, index) }
  return undefined
}

/** `services[0].port` */
export const writtenPath = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index > 0 ? `.${step}` : step)).join('')

/** The line of a place in a text, from 1. */
export const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length
