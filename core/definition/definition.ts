import type { core } from 'zod'
import { InvalidInput } from '../base/errors.ts'
import { repeatedKey, writtenPath } from '../base/json-keys.ts'
import { at, isOurs, kindName, kindOf } from '../base/schema-problems.ts'
import type { Path } from '../base/yaml-document.ts'
import { agentKeys } from './agent-files.ts'
import { type CheckDefinition, Service, type ServiceDefinition } from './schema.ts'
import { fieldKey, spell } from './spelling.ts'
import { storedLength } from './stored-text.ts'

/**
 * A Consul definition that cannot be registered; the message has the place, the field's path and the fault.
 */
export class BadDefinition extends InvalidInput {}

/**
 * Reads a Consul service definition: JSON or base64 of it; one service, an array, or either of them under
 * `service` or `services`; field names in snake_case or CamelCase.
 * @param place where it stands, for messages: a file or the name of an SSM parameter
 * @returns at least one service, field names as in Consul's HTTP API
 * @throws BadDefinition for the first fault
 */
export const parseDefinition = (text: string, place: string): ServiceDefinition[] =>
  locatedServices(text, place).map(({ service }) => service)

/** A service of a definition as Consul gets it, and where its name is in the text. */
export interface LocatedService {
  service: ServiceDefinition
  namePath: Path
}

/**
 * `parseDefinition` with places in the text.
 * @throws BadDefinition for the first fault
 */
export function locatedServices(text: string, place: string): LocatedService[] {
  const found = unwrap(parseJson(text, place), place)
  if (found.length === 0)
    throw new BadDefinition(place, 'holds no service', 'give it at least one with a name')
  const located = found.map(({ value, path }) => ({
    service: parseService(value, writtenPath(path), place),
    // A service without a name has been refused by now.
    namePath: [...path, Object.keys(Object(value)).find((key) => fieldKey(key) === 'name') as string],
  }))
  const twice = duplicate(located.map(({ service }) => identity(service)))
  if (twice !== undefined)
    throw new BadDefinition(
      place,
      `holds two services called "${twice}"`,
      'give each of them an id of its own',
    )
  return located
}

/** Tells the services of one definition apart: the id, or else the name. */
export const identity = (service: ServiceDefinition): string => service.ID ?? service.Name

/**
 * Bytes that a parameter holds (AWS General Reference, "Systems Manager endpoints and quotas", advanced
 * parameters).
 */
const LARGEST = 8192

function parseJson(text: string, place: string): unknown {
  const length = storedLength(text)
  if (length > LARGEST)
    throw new BadDefinition(
      place,
      `has ${length} bytes${text.includes('{{') ? ' as base64, which {{ needs,' : ','} and a parameter holds ${LARGEST}`,
      'leave out spaces and notes',
    )
  // Editors of Windows put a mark of the byte order in front.
  const plain = isPlain(text) ? text.replace(/^\uFEFF/, '') : decodeBase64(text.trim())
  if (plain === undefined) throw new BadDefinition(place, 'is neither JSON nor base64 of JSON')
  const value = parsed(plain, place)
  const repeated = repeatedKey(plain)
  if (repeated)
    throw new BadDefinition(
      `${place}:${repeated.line}: ${repeated.path}`,
      'is there twice, and the last of them would win',
      'keep one of them, or make it a list under "services"',
    )
  return value
}

function parsed(json: string, place: string): unknown {
  try {
    return JSON.parse(json)
  } catch (cause) {
    throw new BadDefinition(place, `is not JSON (${(cause as Error).message})`, undefined, { cause })
  }
}

/** Whether a definition is JSON rather than base64 of it. */
export const isPlain = (text: string): boolean => /^\s*[[{]/.test(text)

function decodeBase64(text: string): string | undefined {
  if (text === '' || !/^[A-Za-z0-9+/\s]+={0,2}$/.test(text)) return undefined
  const bytes = Uint8Array.from(atob(text.replace(/\s/g, '')), (char) => char.charCodeAt(0))
  const decoded = new TextDecoder().decode(bytes)
  return isPlain(decoded) ? decoded : undefined
}

/** A service of a definition as it was written, and where in the text. */
interface Found {
  value: unknown
  path: Path
}

/** Flattens the forms that Consul's files and its command accept into one list, each with its path. */
function unwrap(value: unknown, place: string, path: Path = []): Found[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => unwrap(item, place, [...path, index]))
  const wrapped = Object.entries(Object(value)).filter(([name]) => /^services?$/i.test(name))
  const names = Object.keys(Object(value))
  refuseAgentFile(names, wrapped[0]?.[0], place)
  if (wrapped.length === 0) return [{ value, path }]
  const strange = names.find((name) => !/^services?$/i.test(name))
  if (strange !== undefined)
    throw new BadDefinition(
      place,
      `"${strange}" is set together with "${wrapped[0]?.[0]}"`,
      'move it into the service',
    )
  return wrapped.flatMap(([name, inner]) => unwrap(inner, place, [...path, name]))
}

/** Names all that does not belong here at once, so that one change is enough. */
function refuseAgentFile(keys: string[], wrapper: string | undefined, place: string): void {
  const foreign = agentKeys(keys)
  if (foreign.length === 0) return
  throw new BadDefinition(
    place,
    `is a configuration of Consul's agent: ${foreign.map((key) => `"${key}"`).join(', ')}`,
    wrapper ? `keep "${wrapper}" and leave out the rest` : 'write a definition of the service instead',
  )
}

function parseService(value: unknown, path: string, place: string): ServiceDefinition {
  const spelled = spell(value, path)
  const [misspelling] = spelled.misspellings
  if (misspelling) throw new BadDefinition(`${place}: ${misspelling.path}`, misspelling.problem)
  const parsed = Service.safeParse(spelled.value)
  if (parsed.success) return withoutRedirects(parsed.data)
  const [issue] = parsed.error.issues as [core.$ZodIssue]
  const steps = issue.path.map(String)
  const at = authorsPath(steps, spelled.original)
  throw new BadDefinition(`${place}: ${at}`, faultOf(issue, spelled.value), undefined, {
    cause: parsed.error,
  })
}

/** A check that is redirected has not asked the instance: to Consul the redirect is a failure then. */
function withoutRedirects({ Check, Checks, ...rest }: ServiceDefinition): ServiceDefinition {
  const kept = (check: CheckDefinition): CheckDefinition =>
    check.HTTP === undefined ? check : { ...check, DisableRedirects: true }
  return { ...rest, ...(Check && { Check: kept(Check) }), ...(Checks && { Checks: Checks.map(kept) }) }
}

/** The longest part of the canonical path that the author wrote, and the rest behind it. */
function authorsPath(steps: string[], original: Map<string, string>, rest: string[] = []): string {
  const known = original.get(steps.join('.'))
  if (known !== undefined) return [known, ...rest].filter(Boolean).join('.')
  return authorsPath(steps.slice(0, -1), original, [...steps.slice(-1), ...rest])
}

/** The fault in our words; a key that breaks its rule has the rule's message one level down. */
function faultOf(issue: core.$ZodIssue, value: unknown): string {
  if (issue.code === 'invalid_key') return faultOf(issue.issues[0] as core.$ZodIssue, value)
  if (isOurs(issue.message)) return issue.message
  // All other rules of the schema have words of ours.
  const { expected, path } = issue as core.$ZodIssueInvalidType
  const found = at(value, path)
  const kind = kindName(expected)
  return found === undefined ? `is missing (${kind})` : `must be ${kind}, not ${kindOf(found)}`
}

function duplicate(names: string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index)
}
