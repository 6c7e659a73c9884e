import { areCritical, type CatalogEntry } from '../base/catalog.ts'
import { goNanoseconds } from '../base/go-duration.ts'
import { definitionOf, type Instance, isRunning, isService } from '../base/instances.ts'
import { serviceStack, TAG } from '../base/names.ts'
import type { ServiceDefinition } from '../definition/schema.ts'
import { type Evidence, holdings } from '../registration/evidence.ts'
import { registeredAt } from '../registration/registration.ts'

/** A running instance of one of the stage's groups, as the Consul servers see it. */
export interface Member {
  instanceId: string
  /** Name of its Auto Scaling group. */
  group: string
  /** Address of the Consul server whose agent runs its checks; empty while it has no entry. */
  owner: string
  /** Consul names under which its checks are critical; empty for one that is well or not known. */
  failing: string[]
  /** It is in DNS under every name that it has. */
  passing: boolean
  /** What its failing check said last. */
  output: string
  /** Milliseconds since 1970 when its entry was made: never before it was launched. */
  registered: number
  /** Seconds of failing after which it is replaced unless the manifest says otherwise. */
  usual: number
}

/** What a round saw of the fleet, and why nothing may be concluded from it, if so. */
export interface Observation {
  members: Member[]
  doubt: string | undefined
}

/**
 * The fleet's health as one round saw it. An instance that was told to go is left out: it leaves anyway.
 */
export function observe(evidence: Evidence): Observation {
  const byInstance = Map.groupBy(
    holdings(evidence).filter(({ server }) => server !== undefined),
    ({ entry }) => entry.instanceId,
  )
  const members = [...evidence.instances, ...evidence.confirmed].flatMap((instance) => {
    const entries = (byInstance.get(instance.id) ?? []).map(({ entry }) => entry)
    return isMember(instance, evidence, entries) ? [toMember(instance, evidence, entries)] : []
  })
  return { members, doubt: doubtOf(evidence) }
}

/** One view is no view: every Consul server that EC2 shows running answers, and they have a leader. */
function doubtOf({ servers, listings, cluster, silent }: Evidence): string | undefined {
  if (!cluster?.leader) return 'Consul has no leader'
  const heard = new Set(listings.map(({ server }) => server.address))
  const mute = servers.find(({ address }) => silent.has(address) || !heard.has(address))
  return mute && `the Consul server at ${mute.address} does not answer`
}

function isMember(instance: Instance, { stage, leaving }: Evidence, entries: CatalogEntry[]): boolean {
  if (!isService(instance) || !isRunning(instance) || leaving.has(instance.id)) return false
  if (entries.some(({ status }) => status === 'maintenance')) return false
  return instance.tags[TAG.stage] === stage && groupOf(instance, stage) !== undefined
}

/** Each of our groups gives its instances these tags; whether it has this one, Auto Scaling knows. */
function groupOf({ tags }: Instance, stage: string): string | undefined {
  const { [TAG.app]: app, [TAG.service]: service } = tags
  return app && service ? serviceStack(stage, app, service) : undefined
}

function toMember(instance: Instance, evidence: Evidence, entries: CatalogEntry[]): Member {
  const services = evidence.definitions.get(definitionOf(instance))?.services ?? []
  const byName = [...Map.groupBy(entries, ({ service }) => service)]
  const failing = byName.filter(([, all]) => areCritical(all))
  const sick = failing.flatMap(([, all]) => all)
  return {
    instanceId: instance.id,
    group: groupOf(instance, evidence.stage) as string,
    owner: entries[0]?.nodeAddress ?? '',
    failing: failing.map(([name]) => name),
    passing: byName.length > 0 && failing.length === 0,
    output: sick.map(({ output }) => output).find(Boolean) ?? '',
    registered: Math.max(0, ...entries.map(registeredAt)),
    usual: usualSeconds(services),
  }
}

/** How the group of a service is called in sentences: its app and its name. */
export const shortName = (group: string, stage: string): string =>
  group.slice(serviceStack(stage, '', '').length - 1)

/** A minute, or ten looks of the slowest check if that is longer. */
const LEAST_SECONDS = 60
const LOOKS = 10

export function usualSeconds(services: readonly ServiceDefinition[]): number {
  const checks = services.flatMap(({ Check, Checks }) => [...(Check ? [Check] : []), ...(Checks ?? [])])
  const intervals = checks.flatMap(({ Interval }) => (Interval ? [goNanoseconds(Interval) as number] : []))
  return Math.max(LEAST_SECONDS, ...intervals.map((nanoseconds) => (nanoseconds * LOOKS) / 1e9))
}
