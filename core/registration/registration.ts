import { canonicalJson, sha256 } from '../base/canonical.ts'
import type { CatalogEntry, Registration } from '../base/catalog.ts'
import type { Instance } from '../base/instances.ts'
import { TAG } from '../base/names.ts'
import { ADDRESS_TOKEN } from '../definition/check-targets.ts'
import { identity } from '../definition/definition.ts'
import type { CheckDefinition, ServiceDefinition } from '../definition/schema.ts'
import { definitionMark } from './outside-tags.ts'
import { META } from './registration-meta.ts'

export const SOURCE = 'nanofleet'

/** A parsed definition with its fingerprint, made once for all instances that share it. */
export interface Definition {
  services: ServiceDefinition[]
  fingerprint: string
}

export const withFingerprint = (services: ServiceDefinition[]): Definition => ({
  services,
  fingerprint: sha256(canonicalJson(services)).slice(0, 16),
})

/** Is this entry ours to change? Only if this stage has marked it. */
export const isOurs = (entry: CatalogEntry, stage: string): boolean =>
  entry.meta[META.source] === SOURCE && entry.meta[META.stage] === stage && entry.instanceId !== ''

/** When the entry was registered, in milliseconds since 1970; an entry that does not say is old. */
export function registeredAt(entry: CatalogEntry): number {
  const at = Date.parse(entry.meta[META.registered] ?? '')
  return Number.isNaN(at) ? 0 : at
}

/**
 * What an instance registers: one registration per service of its definition.
 * @param now the time of the evidence
 */
export function registrations(
  instance: Instance,
  definition: Definition,
  stage: string,
  now: Date,
): Registration[] {
  const ids = serviceIds(instance.id, definition.services)
  const app = instance.tags[TAG.app]
  return definition.services.map((service) => {
    const { Check, Checks, Meta = {}, ...rest } = addressed(service, instance.address)
    const { [META.token]: _ours, ...meta } = Meta
    const id = ids.get(identity(service)) as string
    // In the order of Consul's command, which numbers the checks.
    const checks = [...(Checks ?? []), ...(Check ? [Check] : [])].map((check) => ownCheck(check, id, ids))
    return {
      ...rest,
      ID: id,
      Address: instance.address,
      Meta: {
        ...meta,
        [META.source]: SOURCE,
        [META.instance]: instance.id,
        ...(app ? { [META.app]: app } : {}),
        [META.stage]: stage,
        [META.definition]: definitionMark(definition.fingerprint, service),
        [META.registered]: now.toISOString(),
      },
      ...(checks.length > 0 ? { Checks: checks } : {}),
    }
  })
}

/**
 * Ids in the catalog by identity in the definition: names are clearer than ids if they tell the services
 * apart.
 */
function serviceIds(instanceId: string, services: ServiceDefinition[]): Map<string, string> {
  const named = new Set(services.map((service) => service.Name)).size === services.length
  const suffix = (service: ServiceDefinition): string => (named ? service.Name : identity(service))
  return new Map(
    services.map((each) => [
      identity(each),
      services.length === 1 ? instanceId : `${instanceId}:${suffix(each)}`,
    ]),
  )
}

/**
 * Check ids must be unique per agent, which holds many instances of the same definition, so a given id gets
 * the service's id in front. An alias names a sibling by its id in the definition, which is not its id in the
 * catalog.
 */
function ownCheck(check: CheckDefinition, id: string, ids: Map<string, string>): CheckDefinition {
  const { AliasService } = check
  const alias = AliasService && ids.get(AliasService)
  return {
    ...check,
    ...(check.CheckID === undefined ? {} : { CheckID: `${id}:${check.CheckID}` }),
    ...(alias && { AliasService: alias }),
  }
}

/** Replaces the token with the address in every string, however deep. */
function addressed<T>(value: T, address: string): T {
  if (typeof value === 'string') return value.replaceAll(ADDRESS_TOKEN, address) as T
  if (Array.isArray(value)) return value.map((item) => addressed(item, address)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, addressed(field, address)]),
  ) as T
}

/** Does the entry already match the registration? Then writing it again would only wake its watchers. */
export function isUpToDate(entry: CatalogEntry, wanted: Registration): boolean {
  const tags = wanted.EnableTagOverride === true ? entry.tags : (wanted.Tags ?? [])
  return (
    entry.id === wanted.ID &&
    entry.service === wanted.Name &&
    entry.address === wanted.Address &&
    entry.port === (wanted.Port ?? 0) &&
    canonicalJson(entry.tags) === canonicalJson(tags) &&
    canonicalJson(timeless(entry.meta)) === canonicalJson(timeless(wanted.Meta))
  )
}

/** The meta without the time: what was right a minute ago is right now. */
const timeless = ({ [META.registered]: _at, ...meta }: Record<string, string>): Record<string, string> => meta
