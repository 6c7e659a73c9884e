import { suggest } from '../base/suggest.ts'
import { Check, Service } from './schema.ts'

/** A field whose name Consul does not know, with its path in the author's spelling. */
export interface Misspelling {
  path: string
  problem: string
}

/** Which fields an object has, and the shape of those that hold further Consul objects. */
interface Shape {
  fields: Map<string, string>
  inner: Record<string, { shape: Shape; holds: 'one' | 'list' | 'map' }>
}

/**
 * Consul's files say `deregister_critical_service_after`, its API `DeregisterCriticalServiceAfter`: one key.
 */
export const fieldKey = (name: string): string => name.replaceAll('_', '').toLowerCase()

function shape(names: string[], aliases: Record<string, string> = {}, inner: Shape['inner'] = {}): Shape {
  return {
    fields: new Map([...names.map((n) => [fieldKey(n), n] as const), ...Object.entries(aliases)]),
    inner,
  }
}

/**
 * Texts that count as absent when they are empty. Consul refuses an empty name, number, duration or socket.
 */
const TEXTS = new Set([
  ...['ID', 'Kind', 'Address', 'Token', 'Region', 'Zone', 'CheckID', 'Notes', 'Status'],
  ...['HTTP', 'Method', 'Body', 'GRPC', 'TCP', 'UDP', 'H2PING', 'AliasNode', 'AliasService'],
  ...['TLSServerName', 'DockerContainerID', 'Shell', 'OSService', 'ProxyHTTP', 'ProxyGRPC'],
])

/** An absent field, as Consul sees it. */
const isAbsent = (field: unknown, known: string): boolean =>
  field === null || (field === '' && TEXTS.has(known))

const check = shape(Object.keys(Check.shape), { id: 'CheckID', script: 'Args' })
const address = shape(['Address', 'Port'])
const weights = shape(['Passing', 'Warning'])
const locality = shape(['Region', 'Zone'])
const connect = shape(['Native', 'SidecarService'])
const service = shape(
  Object.keys(Service.shape),
  {},
  {
    Check: { shape: check, holds: 'one' },
    Checks: { shape: check, holds: 'list' },
    TaggedAddresses: { shape: address, holds: 'map' },
    Weights: { shape: weights, holds: 'one' },
    Locality: { shape: locality, holds: 'one' },
    Connect: { shape: connect, holds: 'one' },
  },
)

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The service with its field names in the spelling of Consul's HTTP API. `original` maps each canonical path
 * (`Checks.0.HTTP`) to the author's (`checks[0].http`), the empty one to `place`, so that a later message can
 * quote what was written.
 */
export function spell(
  value: unknown,
  place: string,
): { value: unknown; original: Map<string, string>; misspellings: Misspelling[] } {
  const original = new Map([['', place]])
  const misspellings: Misspelling[] = []
  const walk = (node: unknown, form: Shape, canonical: string, written: string): unknown => {
    if (!isObject(node)) return node
    const result: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(node)) {
      const known = form.fields.get(fieldKey(name))
      const path = written ? `${written}.${name}` : name
      if (known === undefined) {
        misspellings.push({ path, problem: `is not a field of Consul's definition${nearest(name, form)}` })
        continue
      }
      if (isAbsent(field, known)) continue
      const here = canonical ? `${canonical}.${known}` : known
      if (known in result)
        misspellings.push({ path, problem: `is there twice, also as ${original.get(here)}` })
      original.set(here, path)
      result[known] = descend(field, form.inner[known], here, path)
    }
    return result
  }
  const descend = (
    field: unknown,
    inner: Shape['inner'][string] | undefined,
    here: string,
    path: string,
  ): unknown => {
    if (!inner) return field
    if (inner.holds === 'one') return walk(field, inner.shape, here, path)
    if (inner.holds === 'list')
      return Array.isArray(field)
        ? field.map((item, index) => {
            original.set(`${here}.${index}`, `${path}[${index}]`)
            return walk(item, inner.shape, `${here}.${index}`, `${path}[${index}]`)
          })
        : field
    if (!isObject(field)) return field
    return Object.fromEntries(
      Object.entries(field).map(([name, item]) => [
        name,
        walk(item, inner.shape, `${here}.${name}`, `${path}.${name}`),
      ]),
    )
  }
  return { value: walk(value, service, '', place), original, misspellings }
}

function nearest(name: string, form: Shape): string {
  const near = suggest(name.replaceAll('_', ''), form.fields.values())
  return near === undefined ? '' : `; did you mean "${near}"?`
}
