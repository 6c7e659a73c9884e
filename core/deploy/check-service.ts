import {
  areCritical,
  type CatalogEntry,
  type ConsulServer,
  passingInstances,
  type ServiceCatalog,
} from '../base/catalog.ts'
import { NotFound } from '../base/errors.ts'
import { pause } from '../base/pause.ts'
import { registeredAt } from '../registration/registration.ts'
import { nextStep, type Step } from './capacity.ts'
import { entriesUnder } from './check-outputs.ts'
import { clusterMembers, clusterViews, type Members, withoutTheDead } from './cluster-members.ts'
import type { ServiceTarget } from './deploy-plan.ts'
import { failedStart } from './failed-start.ts'
import type { Fleet, GroupView } from './fleet.ts'
import {
  ailments,
  beginAnew,
  doomed,
  type Evidence,
  type Failing,
  firstMemory,
  type Memory,
  onlyOthersWork,
  patienceWith,
  remember,
} from './health.ts'
import { replaceSick, sickAtFirst, stillSick } from './sick-members.ts'

export interface HealthPorts {
  fleet: Fleet
  catalog: Pick<ServiceCatalog, 'health' | 'cluster' | 'listing'>
  /** Running Consul servers. */
  servers(): Promise<ConsulServer[]>
  /** Seconds that an instance may take to start, from its registration on. */
  startSeconds: number
  /** A target group's states by instance id. */
  targets(targetGroup: string): Promise<Map<string, { state: string; description: string }>>
}

/** Where health is read. */
export type HealthSources = Omit<HealthPorts, 'fleet' | 'startSeconds'>

export type CheckedStep = (Step & { seconds?: number }) | { action: 'doomed'; reason: string }

/**
 * Looks at a service and chooses the one next step towards its target.
 * @param group name of its Auto Scaling group
 * @param last what the check before this one handed on; empty for the first
 */
export async function checkService(
  ports: HealthPorts,
  group: string,
  target: ServiceTarget,
  last: Memory | Record<string, never>,
  now: Date,
): Promise<{ step: CheckedStep; memory: Memory }> {
  const memory = isMemory(last) ? last : firstMemory(now)
  const view = asWanted(await ports.fleet.group(group), target)
  if (!view) {
    if (target.count === 0) return { step: { action: 'done' }, memory }
    throw new NotFound(`${group}: there is no such group; deploy the app ${target.app} again`)
  }
  const evidence = target.count === 0 ? {} : withoutTheDead(await gatherHealth(ports, view, target, now))
  const ill = ailments(view, evidence)
  const sick = isMemory(last)
    ? stillSick(memory, evidence)
    : { ...memory, sick: sickAtFirst(view, evidence, now) }
  const wanted = nextStep(view, target, ill)
  const heals = wanted.action === 'wait' && target.kind !== 'consulserver'
  const step = (heals ? replaceSick(view, ill, sick, now) : undefined) ?? wanted
  const healthy = view.members.filter(({ id, current }) => current && !ill.has(id)).length
  if (step.action !== 'wait') return { step, memory: beginAnew(sick, healthy, now) }
  const after = remember(sick, healthy, now, onlyOthersWork(view, evidence))
  if (target.count > 0) {
    const troubles = await ports.fleet.troubles(group, new Date(memory.since))
    const verdict =
      doomed(after, troubles, step, now, patienceWith(ports.startSeconds)) ??
      failedStart(view, { evidence, ill }, memory, ports.startSeconds, now)
    if (verdict)
      return { step: { action: 'doomed', reason: await lastWords(ports.fleet, verdict) }, memory: after }
  }
  return { step: { ...step, seconds: pause(memory.checks) }, memory: after }
}

/** The group with the instances that are to be replaced counting as those of an older version. */
function asWanted(view: GroupView | undefined, { replace = [] }: ServiceTarget): GroupView | undefined {
  if (!view || replace.length === 0) return view
  const isOld = new Set(replace)
  const members = view.members.map((one) => ({ ...one, current: one.current && !isOld.has(one.id) }))
  return { ...view, members }
}

/** Whether there was a check before. */
export const isMemory = (last: Memory | Record<string, never>): last is Memory => 'since' in last

async function lastWords(fleet: Fleet, verdict: { reason: string; instance?: string }): Promise<string> {
  const line = verdict.instance && (await fleet.lastLine(verdict.instance))
  return line ? `${verdict.reason}; it said last: ${line}` : verdict.reason
}

/** What Consul and the load balancer say of a group's members now. */
export async function gatherHealth(
  ports: HealthSources,
  view: GroupView,
  target: ServiceTarget,
  now: Date,
): Promise<Evidence> {
  // An instance that has not started is not healthy, whatever others say.
  if (!view.members.some(({ stage }) => stage === 'serving')) return {}
  const [targets, catalog] = await Promise.all([
    Promise.all(view.targetGroups.map(async (arn) => [arn, await ports.targets(arn)] as const)),
    askConsul(ports, target, now),
  ])
  return { targets: Object.fromEntries(targets), ...catalog }
}

async function askConsul(ports: HealthSources, target: ServiceTarget, now: Date): Promise<Evidence> {
  const isServer = target.kind === 'consulserver'
  if (target.catalog.length === 0 && !isServer) return {}
  const servers = await ports.servers()
  const { entries = {}, unknown } = await entriesUnder(ports.catalog, servers, target.catalog, now)
  const settled = (name: string) => (entries[name] ?? []).filter((entry) => isSettled(entry, now))
  const passing = target.catalog.map((name) => [name, passingInstances(settled(name))] as const)
  return {
    catalog: Object.fromEntries(passing),
    ...(unknown === undefined ? {} : { unknown }),
    failing: failingIn(entries),
    registered: registeredIn(entries),
    ...(isServer ? await members(ports, servers) : {}),
  }
}

/** Instances that fail under a name, with what is known of that. */
function failingIn(byName: Record<string, CatalogEntry[]>): Map<string, Failing> {
  const found = new Map<string, Failing>()
  for (const [name, entries] of Object.entries(byName))
    for (const [id, own] of Map.groupBy(entries, ({ instanceId }) => instanceId))
      if (areCritical(own))
        found.set(id, {
          name,
          output: own.find(({ output }) => output)?.output ?? '',
          registered: Math.max(...own.map(registeredAt)),
        })
  return found
}

function registeredIn(byName: Record<string, CatalogEntry[]>): Map<string, number> {
  const all = Object.values(byName).flat()
  return new Map(all.map((entry) => [entry.instanceId, registeredAt(entry)]))
}

/**
 * Milliseconds that an entry without a check has to last: it passes from the first moment, even if its
 * program ends in the next one. By then EC2's event about such an end has removed it.
 */
const SETTLING_MS = 5000

const isSettled = (entry: CatalogEntry, now: Date): boolean =>
  !entry.unchecked || now.getTime() - registeredAt(entry) >= SETTLING_MS

/** The servers that take part, and what keeps each of the others out; each one is asked about itself. */
async function members({ catalog }: HealthSources, servers: ConsulServer[]): Promise<Members> {
  return clusterMembers(servers, await clusterViews(catalog, servers))
}
