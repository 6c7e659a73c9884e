/**
 * "Interpolation" of the Compose Specification, in texts that are values: `$NAME`, `${NAME}`, defaults,
 * replacements, errors, one inside the other, `$$` for a dollar.
 */
export interface Interpolated {
  text: string
  /** Variables that have no value, and no default. */
  unset: string[]
  /** What the file says of variables that it cannot do without. */
  required: string[]
  /** A dollar that begins nothing. */
  wrong: boolean
}

export function interpolate(text: string, variables: ReadonlyMap<string, string>): Interpolated {
  const result: Interpolated = { text: '', unset: [], required: [], wrong: false }
  let at = 0
  while (at < text.length) {
    const char = text[at] as string
    if (char !== '$') {
      result.text += char
      at += 1
      continue
    }
    const next = text[at + 1]
    if (next === '$') {
      result.text += '$'
      at += 2
      continue
    }
    const [plain] = /^[A-Za-z_]\w*/.exec(text.slice(at + 1)) ?? []
    if (plain !== undefined) {
      result.text += given(plain, variables, result)
      at += 1 + plain.length
      continue
    }
    const end = next === '{' ? closing(text, at + 2) : -1
    const [, name = '', operator = '', rest = ''] =
      end < 0 ? [] : (/^([A-Za-z_]\w*)(?:(:?[-?+])([\s\S]*))?$/.exec(text.slice(at + 2, end)) ?? [])
    if (name === '') {
      result.wrong = true
      result.text += char
      at += 1
      continue
    }
    result.text += braced(name, operator, rest, variables, result)
    at = end + 1
  }
  return result
}

/** The brace that ends `${`, over those of inner expressions. */
function closing(text: string, from: number): number {
  let depth = 1
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at)) depth += 1
    else if (text[at] === '}' && --depth === 0) return at
  }
  return -1
}

function given(name: string, variables: ReadonlyMap<string, string>, result: Interpolated): string {
  const value = variables.get(name)
  if (value === undefined) result.unset.push(name)
  return value ?? ''
}

function braced(
  name: string,
  operator: string,
  rest: string,
  variables: ReadonlyMap<string, string>,
  result: Interpolated,
): string {
  const value = variables.get(name)
  // With a colon an empty value counts as none.
  const isGiven = operator.startsWith(':') ? Boolean(value) : value !== undefined
  const inner = () => {
    const found = interpolate(rest, variables)
    result.unset.push(...found.unset)
    result.required.push(...found.required)
    return found.text
  }
  if (operator.endsWith('-')) return isGiven ? (value ?? '') : inner()
  if (operator.endsWith('+')) return isGiven ? inner() : ''
  if (operator.endsWith('?')) {
    if (!isGiven) result.required.push(`${name}${rest ? ` (${rest})` : ''}`)
    return value ?? ''
  }
  return given(name, variables, result)
}

/** A file of `NAME=value` lines ("Environment files" of the Compose Specification). */
export function environmentFile(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ''] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/.exec(line) ?? []
    if (name === undefined) continue
    const quoted = /^(["'])((?:\\.|(?!\1).)*)\1\s*(#.*)?$/.exec(value)
    const bare = value.replace(/(^|\s)#.*$/, '').trimEnd()
    const plain = quoted?.[1] === '"' ? unescaped(quoted[2] ?? '') : quoted?.[2]
    found.set(name, plain ?? interpolate(bare, found).text)
  }
  return found
}

const unescaped = (text: string): string =>
  text.replace(/\\([\s\S])/g, (_, char: string) => (char === 'n' ? '\n' : char === 't' ? '\t' : char))
