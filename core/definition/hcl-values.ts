import { BadDefinition } from './definition.ts'

/** Keys that hold a list also where there is one element; blocks of all others are one thing. */
const LISTS = ['checks', 'services', 'upstreams']

/**
 * A definition in HCL as its JSON: a parser gives every block as a list, as it may be repeated.
 * @param value what a parser of HCL made of it
 * @throws {BadDefinition} for what is computed: Consul reads HCL as plain data
 */
export const hclValues = (value: unknown, file: string): unknown => plain(value, [], file)

function plain(value: unknown, path: readonly string[], file: string): unknown {
  if (typeof value === 'string' && /\$\{|%\{/.test(value))
    throw new BadDefinition(
      file,
      `${path.join('.')} is "${value}", which has to be computed`,
      'write the value: Consul reads HCL as plain data',
    )
  if (Array.isArray(value)) return value.map((each, index) => plain(each, [...path, String(index)], file))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      plain(single(key, each, path, file), [...path, key], file),
    ]),
  )
}

/** A block that Consul takes once. */
function single(key: string, value: unknown, path: readonly string[], file: string): unknown {
  if (LISTS.includes(key.toLowerCase()) || !Array.isArray(value) || !value.every(isBlock)) return value
  if (value.length > 1)
    throw new BadDefinition(
      file,
      `${[...path, key].join('.')} is there ${value.length} times`,
      LISTS.includes(`${key}s`) ? `write ${key}s for each of them` : 'write one',
    )
  return value.length === 1 ? value[0] : value
}

const isBlock = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
