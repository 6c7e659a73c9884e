import { abridged, kindName, type Problem } from '../base/schema-problems.ts'
import { didYouMean } from '../base/suggest.ts'
import type { Path } from '../base/yaml-document.ts'
import type { Fields, Holds, Key } from './ops-keys.ts'

/** A configuration as ops reads it: its keys in the letters of Go, without those that are null. */
export interface OpsValues {
  config: Record<string, unknown>
  /** What ops refuses, or reads in another way than it is written. */
  faults: Problem[]
  /** The keys with a value that counts for ops, with their path in the author's spelling. */
  used: { key: Key; path: Path }[]
}

export const UNKNOWN_KEY = 'unknown key'

/** Go counts deeper: ten thousand. */
const DEEPEST = 100

/**
 * Reads a value as Go's encoding/json does with closed types.
 * @param written numbers as their author wrote them: ops takes 1 for a whole number, and neither 1.0 nor 1e0
 */
export function opsValues(
  value: unknown,
  fields: Fields,
  written: (path: Path) => string | undefined = () => undefined,
): OpsValues {
  const faults: Problem[] = []
  const used: OpsValues['used'] = []

  const wrong = (path: Path, found: unknown, kind: string) => {
    const scalar = typeof found === 'number' || typeof found === 'boolean'
    const text = written(path) ?? abridged(found)
    const remedy = kind === 'a text' && scalar ? `write "${text}"` : `give ${kind}`
    faults.push({ path, problem: `${text} is not ${kind}`, remedy })
  }
  const text = (found: unknown, path: Path): string => {
    // A null among texts is an empty one.
    if (found === null) return ''
    // Half of a pair of surrogates is the replacement character.
    if (typeof found === 'string') return found.toWellFormed()
    wrong(path, found, 'a text')
    return ''
  }
  const whole = (found: unknown, path: Path): unknown => {
    if (typeof found !== 'number' || !isWhole(written(path) ?? String(found)))
      wrong(path, found, 'a whole number')
    return found
  }
  const list = <T>(found: unknown, path: Path, each: (one: unknown, at: Path) => T): T[] => {
    if (Array.isArray(found)) return found.map((one, index) => each(one, [...path, index]))
    wrong(path, found, 'a list')
    return []
  }
  const read = (found: unknown, holds: Holds, path: Path): unknown => {
    if (holds === 'text') return text(found, path)
    if (holds === 'texts') return list(found, path, text)
    if (holds === 'whole') return whole(found, path)
    if (holds === 'flag') {
      if (typeof found !== 'boolean') wrong(path, found, 'true or false')
      return found
    }
    if (Array.isArray(holds)) return list(found, path, (one, at) => object(one ?? {}, holds[0] as Fields, at))
    if (!isObject(found)) {
      wrong(path, found, kindName('object'))
      return {}
    }
    if (holds === 'tuple') return found
    if (holds === 'table')
      return Object.fromEntries(
        Object.entries(found).map(([name, one]) => [name.toWellFormed(), text(one, [...path, name])]),
      )
    return object(found, holds as Fields, path)
  }
  const object = (found: unknown, known: Fields, path: Path): Record<string, unknown> => {
    if (!isObject(found)) {
      wrong(path, found, kindName('object'))
      return {}
    }
    const names = new Map(Object.keys(known).map((name) => [folded(name), name]))
    const spelled = new Map<string, string>()
    const result: Record<string, unknown> = {}
    for (const [given, one] of Object.entries(found)) {
      const at = [...path, given]
      const name = names.get(folded(given))
      const key = name === undefined ? undefined : known[name]
      if (name === undefined || key === undefined) {
        faults.push({ path: at, problem: UNKNOWN_KEY, remedy: didYouMean(given, Object.keys(known)) })
        continue
      }
      const other = spelled.get(name)
      if (other !== undefined)
        faults.push({ path: at, problem: `is there twice, also as ${other}`, remedy: 'keep one of the two' })
      spelled.set(name, given)
      if (one === null) continue
      result[name] = read(one, key.holds, at)
      if (!isZero(result[name])) used.push({ key, path: at })
    }
    return result
  }

  if (depth(value) > DEEPEST)
    return { config: {}, faults: [{ path: [], problem: `is nested deeper than ${DEEPEST} times` }], used }
  return { config: object(value, fields, []), faults, used }
}

/** How Go compares the names of keys: two letters beyond ASCII fold to `s` and `k`. */
export const folded = (name: string): string => name.toLowerCase().replaceAll('ſ', 's')

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const INT64 = 2n ** 63n

function isWhole(text: string): boolean {
  if (!/^-?\d+$/.test(text)) return false
  const value = BigInt(text)
  return value >= -INT64 && value < INT64
}

/** Go's zero values: the same to ops as a key that is absent. */
function isZero(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isObject(value)) return Object.keys(value).length === 0
  return value === '' || value === 0 || value === false
}

function depth(value: unknown): number {
  let level = [value]
  let steps = 0
  for (; level.length > 0 && steps <= DEEPEST; steps++)
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  return steps
}
