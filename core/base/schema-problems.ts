import type * as z from 'zod'
import { InvalidInput } from './errors.ts'
import { didYouMean } from './suggest.ts'
import type { Path, YamlDocument } from './yaml-document.ts'

/** One problem of a document, before it becomes a sentence with its place. */
export interface Problem {
  path: Path
  problem: string
  remedy?: string
}

type Keys = (path: Path) => readonly string[]

/** A value that a schema looked at, and what is known about it besides. */
interface Given {
  value: unknown
  keys: Keys
  written: (path: Path) => string | undefined
}

/**
 * The problems that a schema found, the value quoted.
 * @param keys the keys that the schema knows at a path, for a hint at a misspelt one
 * @param written numbers as their author wrote them: `1.10` is not 1.1
 */
export function schemaProblems(
  error: z.ZodError,
  value: unknown,
  keys: Keys,
  written: Given['written'] = () => undefined,
): Problem[] {
  return error.issues.flatMap((issue) => problemsOf(issue, [], { value, keys, written }))
}

function problemsOf(issue: z.core.$ZodIssue, prefix: Path, given: Given): Problem[] {
  // Documents have no symbols for keys.
  const path: Path = [...prefix, ...(issue.path as (string | number)[])]
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        problem: 'unknown key',
        remedy: didYouMean(key, given.keys(path)),
      }))
    case 'invalid_union': {
      const branch = nearestBranch(issue.errors)
      if (branch) return branch.flatMap((inner) => problemsOf(inner, path, given))
      return [
        {
          path,
          problem: `${quote(given, path)} ${isOurs(issue.message) ? issue.message : 'has none of the possible forms'}`,
        },
      ]
    }
    case 'invalid_key':
      return issue.issues.map((inner) => ({ path, problem: `"${String(path.at(-1))}" ${inner.message}` }))
    case 'invalid_type':
      if (path.length === 0 && at(given.value, path) === null) return [{ path, problem: 'the file is empty' }]
      return [{ path, ...mistyped(issue, at(given.value, path), quote(given, path)) }]
    case 'invalid_value':
      if (at(given.value, path) === undefined)
        return [{ path, problem: 'is missing', remedy: `give ${oneOf(issue.values)}` }]
      return [
        {
          path,
          problem: `${quote(given, path)} is unknown`,
          remedy: didYouMean(String(at(given.value, path)), issue.values.map(String)),
        },
      ]
    default:
      return [{ path, problem: `${quote(given, path)} ${issue.message}` }]
  }
}

const oneOf = (values: readonly unknown[]): string =>
  values.length > 1 ? `one of ${values.join(', ')}` : String(values[0])

/** zod's words for kinds of values, in ours. */
const KINDS: Record<string, string> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'a text',
}

/** `a list` for zod's `array`; zod's own word for kinds that our documents never contain. */
export const kindName = (expected: string): string => KINDS[expected] ?? expected

/** What kind of value this is: `a list`, `null`. */
export const kindOf = (value: unknown): string =>
  kindName(Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value)

function mistyped(issue: z.core.$ZodIssueInvalidType, found: unknown, text: string): Omit<Problem, 'path'> {
  const kind = kindName(issue.expected)
  if (found === undefined || found === null) return { problem: 'is missing', remedy: `give ${kind}` }
  if (isOurs(issue.message)) return { problem: `${text} ${issue.message}`, remedy: `give ${kind}` }
  const quoted = issue.expected === 'string' && typeof found !== 'object'
  return { problem: `${text} is not ${kind}`, remedy: quoted ? `write "${text}"` : `give ${kind}` }
}

/** The only branch of a union that objects to the content and not to the value's type. */
function nearestBranch(
  errors: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const inside = errors.filter(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  )
  const fitting =
    inside.length > 1
      ? inside.filter((issues) => !issues.some(({ code }) => code === 'unrecognized_keys'))
      : inside
  return fitting.length === 1 ? fitting[0] : undefined
}

/** Messages of our schemas are predicates ("is below 0"); zod's own start with a capital letter. */
export function isOurs(message: string): boolean {
  return /^[a-z]/.test(message)
}

/** The value at a path; undefined if the path does not exist. */
export function at(value: unknown, path: readonly PropertyKey[]): unknown {
  let found = value
  for (const step of path) {
    if (found === null || typeof found !== 'object') return undefined
    found = (found as Record<string, unknown>)[String(step)]
  }
  return found
}

const quote = ({ value, written }: Given, path: Path): string => written(path) ?? abridged(at(value, path))

/** A value as JSON, short enough for a sentence. */
export function abridged(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/**
 * Throws one error for all problems, a sentence per line in the order of the file.
 * @throws {InvalidInput} unless there are no problems
 */
export function refuse(problems: readonly Problem[], file: string, document: YamlDocument): void {
  if (problems.length === 0) return
  const located = problems
    .map((problem) => ({ ...problem, line: document.line(problem.path) }))
    .sort((a, b) => a.line - b.line)
  throw InvalidInput.all(
    located.map(({ path, problem, remedy, line }) => {
      const name = path.join('.')
      return new InvalidInput(`${file}:${line}${name ? `: ${name}` : ''}`, problem, remedy)
    }),
  )
}
