/** A key that an object of a JSON text holds twice: of its values all but the last would be lost. */
export interface RepeatedKey {
  /** The way to it: `services[0].port`. */
  path: string
  /** Its line, from 1. */
  line: number
}

interface Open {
  /** The keys so far; a list has none. */
  keys: Set<string> | undefined
  step: string | number
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g

/** The first repeated key of a text that is JSON, undefined when there is none. */
export function repeatedKey(json: string): RepeatedKey | undefined {
  const open: Open[] = []
  let text = ''
  for (const { 0: token, index } of json.matchAll(TOKEN)) {
    const inner = open.at(-1)
    if (token === '{' || token === '[') open.push({ keys: token === '{' ? new Set() : undefined, step: 0 })
    else if (token === '}' || token === ']') open.pop()
    else if (token === ',' && inner && !inner.keys) inner.step = Number(inner.step) + 1
    else if (token === ':' && inner?.keys) {
      const key = JSON.parse(text) as string
      inner.step = key
      if (inner.keys.has(key))
        return { path: writtenPath(open.map(({ step }) => step)), line: lineOf(json, index) }
      inner.keys.add(key)
    } else text = token
  }
  return undefined
}

/** `services[0].port` */
export const writtenPath = (path: readonly (string | number)[]): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index > 0 ? `.${step}` : step)).join('')

const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length
