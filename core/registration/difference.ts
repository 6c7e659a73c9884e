import type { ConsulServer, Registration } from '../base/catalog.ts'
import { definitionOf, type Instance, isGoing, isOver, isRunning, isService } from '../base/instances.ts'
import { inTurns } from '../base/turns.ts'
import { endOf, longer } from './advice.ts'
import { type Evidence, type Holding, holdings, type Wish, wishes } from './evidence.ts'
import { withOutsideTags } from './outside-tags.ts'
import { isUpToDate, registeredAt } from './registration.ts'

interface Common {
  /** The server that the call goes to. */
  server: ConsulServer
  id: string
  instanceId: string
  /** For the log. */
  reason: string
}

/** The entry that replaces a removed one. */
export interface Successor {
  id: string
  service: string
  server: ConsulServer
  /** The old one passes, so the new one must before the old one goes. */
  passing: boolean
  registration: Registration
}

/**
 * One change of the catalog. `asleep`: it begins in maintenance, for this reason. `successor`: only once that
 * entry is in the catalog. `instead`: the reason replaces another. `return`: maintenance is over.
 */
export type Write =
  | (Common & { verb: 'register'; registration: Registration; asleep?: string })
  | (Common & { verb: 'deregister'; successor?: Successor })
  | (Common & { verb: 'forget'; node: string; successor?: Successor })
  | (Common & { verb: 'maintenance'; instead?: boolean })
  | (Common & { verb: 'return' })

export interface Difference {
  /** In the order of urgency: what must leave DNS first. */
  writes: Write[]
  /**
   * Removals because EC2 does not show an instance or its tags: absence is weak evidence, so `held.ts`
   * decides.
   */
  uncertain: Write[]
  /**
   * Instances that wait for a leader, or for an owner that does not answer to come back or be called dead by
   * gossip.
   */
  waiting: string[]
  /** Instances that have entries of ours. */
  known: number
}

/** What happens to an entry. */
type Fate = 'keep' | 'gone' | 'uncertain' | 'moved'

/**
 * The writes that make the catalog say what EC2 and the definitions say. Pure: the same evidence gives the
 * same writes, and none once they are done. An entry is removed only for a reason that the evidence states;
 * what could not be read leaves everything that depends on it as it is.
 */
export function difference(evidence: Evidence): Difference {
  const instances = new Map([...evidence.confirmed, ...evidence.instances].map((each) => [each.id, each]))
  const { wanted, waiting } = wishes(evidence)
  const held = holdings(evidence)
  const farewells = held.flatMap((holding) => farewell(holding, evidence))
  const removals: Record<Fate, Write[]> = { keep: [], gone: [], uncertain: [], moved: [] }
  const heirs = new Map(
    [...wanted.values()].map((wish) => [heir(wish.instanceId, wish.registration.Name), wish]),
  )
  for (const holding of held) {
    const { id, instanceId, service } = holding.entry
    const wish = wanted.get(id) ?? heirs.get(heir(instanceId, service))
    const [fate, reason] = judge(holding, instances.get(instanceId), wish, waiting, evidence)
    // An entry under another name replaces none.
    const next = fate === 'moved' && wish?.registration.Name === service ? wish : undefined
    const write = remove(holding, reason, evidence, next)
    // A server in doubt may live; if it does not, gossip will say so. An entry without a replacement does not
    // wait for that: if the server lives, it brings the entry back, and its agent is told next time.
    const final = fate === 'gone' || (fate === 'moved' && !next)
    if (write && fate !== 'keep' && (final || !holding.doubt)) removals[fate].push(write)
  }
  return {
    writes: [
      ...removals.gone,
      ...farewells,
      ...registers(wanted, held, evidence.now),
      ...held.flatMap((holding) => comeback(holding, instances.get(holding.entry.instanceId), evidence)),
      ...removals.moved,
    ],
    uncertain: removals.uncertain,
    waiting: [...waiting],
    known: new Set(held.map(({ entry }) => entry.instanceId)).size,
  }
}

/**
 * An entry under another id replaces one of the same instance and service: the definition got a second
 * service.
 */
const heir = (instanceId: string, service: string): string => `${instanceId} ${service}`

/**
 * Seconds for which a registration is on probation. EC2 may not yet show what an earlier answer showed; its
 * page says to retry for up to five minutes (EC2 Developer Guide, "Eventual consistency in the Amazon EC2
 * API").
 */
export const PROBATION_SECONDS = 300

function judge(
  { entry, server }: Holding,
  instance: Instance | undefined,
  wish: Wish | undefined,
  waiting: Set<string>,
  evidence: Evidence,
): [Fate, string] {
  const age = evidence.now.getTime() - registeredAt(entry)
  const absence: Fate = age < PROBATION_SECONDS * 1000 ? 'keep' : 'uncertain'
  if (!instance) return [absence, 'EC2 does not know the instance']
  // A stopped instance may have been started and registered since this round looked.
  if (isGoing(instance))
    return [isOver(instance) || age >= 0 ? 'gone' : 'keep', `the instance is ${instance.state}`]
  if (!isService(instance) || instance.vpcId !== evidence.vpcId)
    return [absence, 'the instance does not belong to the fleet']
  if (!isRunning(instance) || evidence.leaving.has(entry.instanceId) || waiting.has(entry.instanceId))
    return ['keep', '']
  if (!evidence.definitions.has(definitionOf(instance))) return ['keep', '']
  if (!wish) return ['moved', 'the definition has no such service']
  if (entry.id === wish.registration.ID && server?.address === wish.owner.address) return ['keep', '']
  return ['moved', `${wish.registration.ID} on ${wish.owner.instanceId} replaces it`]
}

function remove(
  { entry, server, node }: Holding,
  reason: string,
  evidence: Evidence,
  wish?: Wish,
): Write | undefined {
  const passing = entry.status === 'passing'
  const successor = wish && {
    id: wish.registration.ID,
    service: wish.registration.Name,
    server: wish.owner,
    passing,
    registration: wish.registration,
  }
  const common = { id: entry.id, instanceId: entry.instanceId, reason, ...(successor ? { successor } : {}) }
  if (server) return { verb: 'deregister', server, ...common }
  const asked = evidence.listings[0]?.server
  return asked && node ? { verb: 'forget', server: asked, node, ...common } : undefined
}

/**
 * Takes instances out of DNS that are told to go. An order, or a later recommendation, prolongs maintenance
 * that began with a recommendation.
 */
function farewell({ entry, server }: Holding, { leaving, now }: Evidence): Write[] {
  const reason = leaving.get(entry.instanceId)
  if (reason === undefined || !server || endOf(reason) <= now.getTime()) return []
  const write: Write = { verb: 'maintenance', server, id: entry.id, instanceId: entry.instanceId, reason }
  if (entry.status !== 'maintenance') return [write]
  return endOf(reason) > endOf(entry.reason) ? [{ ...write, instead: true }] : []
}

/** Lets an instance back into DNS that was taken out on a recommendation and still runs. */
function comeback(
  { entry, server }: Holding,
  instance: Instance | undefined,
  { leaving, now }: Evidence,
): Write[] {
  const over = entry.status === 'maintenance' && endOf(entry.reason) <= now.getTime()
  if (!over || !server || !instance || !isRunning(instance) || leaving.has(instance.id)) return []
  const reason = 'it runs on after a recommendation to replace it'
  return [{ verb: 'return', server, id: entry.id, instanceId: instance.id, reason }]
}

function registers(wanted: Map<string, Wish>, held: Holding[], now: Date): Write[] {
  const byId = Map.groupBy(held, ({ entry }) => entry.id)
  const byInstance = Map.groupBy(held, ({ entry }) => entry.instanceId)
  const inOrder = inTurns([...wanted], ([, { registration }]) => registration.Name)
  return inOrder.flatMap(([id, { registration, instanceId, owner }]): Write[] => {
    const found = byId.get(id) ?? []
    const home = found.find(({ server }) => server?.address === owner.address)
    if (home && isUpToDate(home.entry, registration)) return []
    const reason = home ? 'it is out of date' : found.length > 0 ? 'it is on another server' : 'it is missing'
    const others = (byInstance.get(instanceId) ?? []).map(({ entry }) => entry)
    const tagged = withOutsideTags(
      registration,
      others.filter(({ service }) => service === registration.Name),
    )
    const register: Write = { verb: 'register', server: owner, id, instanceId, registration: tagged, reason }
    // A registration ends maintenance (tried with 1.22.6), so it begins in maintenance if the instance was
    // out of DNS.
    const pause = pauseOf(byInstance.get(instanceId) ?? [])
    return [pause !== undefined && endOf(pause) > now.getTime() ? { ...register, asleep: pause } : register]
  })
}

/**
 * Why an instance is out of DNS on whichever server: the reason that lasts longest, undefined if it is in
 * DNS. An entry on a server that cannot be asked counts only if there is no other: it may be older than the
 * order to go.
 */
function pauseOf(all: Holding[]): string | undefined {
  const asked = all.filter(({ doubt }) => !doubt)
  const holdings = asked.length > 0 ? asked : all
  if (!holdings.every(({ entry }) => entry.status === 'maintenance')) return undefined
  return holdings
    .map(({ entry }) => entry.reason ?? 'it was in maintenance')
    .reduce<string | undefined>((found, reason) => longer(found ?? reason, reason), undefined)
}
