import type { ClusterView, ConsulServer, ServiceCatalog } from '../base/catalog.ts'
import type { Instance, InstanceSource } from '../base/instances.ts'
import { type Applied, apply, type Pause } from './apply.ts'
import type { DefinitionSource } from './definitions.ts'
import { type Difference, difference, type Write } from './difference.ts'
import { type Evidence, runningServers } from './evidence.ts'
import { gather } from './gather.ts'
import { agree, exceedsCap, type HeldRemovals, type HeldStore } from './held.ts'
import { message } from './sight.ts'
import { suspects } from './suspicion.ts'

/** The services that a round reads and writes. */
export interface RoundParts {
  stage: string
  vpcId: string
  instances: InstanceSource
  catalog: ServiceCatalog
  definitions: DefinitionSource
  /** How to wait between looks at the catalog. */
  pause: Pause
}

/** What a round did: the log line and the answer of the functions. */
export interface Report {
  instances: number
  servers: number
  registered: number
  removed: number
  maintained: number
  /** Entries that came out of maintenance again. */
  returned: number
  /** Removals that wait for a second round to agree. */
  held: number
  /** Instances whose owner does not answer; without a leader, all instances. */
  waiting: string[]
  /** What differed when the round looked: writes, removals in doubt and instances that wait. */
  drift: number
  /** Raft address of Consul's leader; null without one. */
  leader: string | null
  failed: { instanceId: string; problem: string }[]
  problems: string[]
  /** What was written, for the timeline; absent when nothing was. The first hundred. */
  changes?: Pick<Write, 'verb' | 'instanceId' | 'reason'>[]
}

/** A line of the log holds 256 KB; a restarted Consul has every instance registered anew. */
const MOST_CHANGES = 100

/**
 * One round over the whole fleet: what `reconcile` does.
 * @param now the time, before anything is read
 * @param going ids of Consul servers that were told to go
 * @param silent addresses of Consul servers that do not answer their neighbours
 */
export async function reconcile(
  parts: RoundParts,
  held: HeldStore,
  now: Date,
  told: { going?: string[]; silent?: string[] } = {},
): Promise<Report> {
  return (await seenRound(parts, held, now, told)).report
}

/** The same with what the round saw before it wrote anything; null without a Consul server. */
export async function seenRound(
  parts: RoundParts,
  held: HeldStore,
  now: Date,
  { going = [], silent = [] }: { going?: string[]; silent?: string[] } = {},
): Promise<{ report: Report; evidence: Evidence | null }> {
  const instances = await parts.instances.all()
  const servers = runningServers(instances)
  // No server, no catalog: the platform is down or starting, and its first server's event brings us back
  // here.
  if (servers.length === 0) {
    const idle = report({ instances, servers }, nothing, { done: [], failed: [] }, 0, [])
    return { report: idle, evidence: null }
  }
  const leaving = new Map(going.map((id) => [id, 'the server goes']))
  const seen = { now, instances, servers, leaving, suspects: suspects(servers, silent) }
  const { evidence, problems } = await gather(parts, seen)
  const plan = difference(evidence)
  const { allowed, waiting, problem } = await weigh(plan, held, now)
  const applied = await apply(parts.catalog, [...plan.writes, ...allowed], parts.pause)
  const all = [...problems, ...(problem ? [problem] : [])]
  return { report: report(evidence, plan, applied, waiting, all), evidence }
}

const nothing = { writes: [], uncertain: [], waiting: [] }

/**
 * The removals in doubt that may be carried out. Only consecutive rounds can agree: one in between that sees
 * nothing amiss cancels the first one's vote. While the store fails, removals above the cap wait.
 */
async function weigh(
  { uncertain, known }: Difference,
  store: HeldStore,
  now: Date,
): Promise<{ allowed: Write[]; waiting: number; problem?: string }> {
  const exceeds = exceedsCap(uncertain, known)
  try {
    const earlier = await store.load()
    if (!exceeds) {
      await takeBack(store, earlier, now)
      return { allowed: uncertain, waiting: 0 }
    }
    const { allowed, held } = agree(uncertain, earlier, now)
    await store.save(held)
    return { allowed, waiting: uncertain.length - allowed.length }
  } catch (error) {
    const allowed = exceeds ? [] : uncertain
    const problem = `held removals cannot be read or kept: ${message(error)}`
    return { allowed, waiting: uncertain.length - allowed.length, problem }
  }
}

async function takeBack(store: HeldStore, earlier: HeldRemovals | null, now: Date): Promise<void> {
  if (earlier?.instanceIds.length) await store.save({ instanceIds: [], at: now.toISOString() })
}

/** Sums a round up. */
export function report(
  seen: { instances: Instance[]; servers: ConsulServer[]; cluster?: ClusterView | null },
  plan: Omit<Difference, 'known'>,
  { done, failed }: Applied,
  held: number,
  problems: string[],
): Report {
  // An entry with a successor moves: its registration tells it.
  const told = done.filter((write) => !('successor' in write))
  const count = (...verbs: Write['verb'][]) => done.filter(({ verb }) => verbs.includes(verb)).length
  return {
    instances: seen.instances.length,
    servers: seen.servers.length,
    registered: count('register'),
    removed: count('deregister', 'forget'),
    maintained: count('maintenance'),
    returned: count('return'),
    held,
    waiting: plan.waiting,
    drift: plan.writes.length + plan.uncertain.length + plan.waiting.length,
    leader: seen.cluster?.leader ?? null,
    failed: failed.map(({ write, error }) => ({ instanceId: write.instanceId, problem: error.message })),
    problems,
    ...(told.length > 0 ? { changes: told.slice(0, MOST_CHANGES).map(changeOf) } : {}),
  }
}

const changeOf = ({ verb, instanceId, reason }: Write) => ({ verb, instanceId, reason })
