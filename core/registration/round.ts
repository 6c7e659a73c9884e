import type { ClusterView, ConsulServer, Listing, ServiceCatalog } from '../base/catalog.ts'
import { type Instance, type InstanceSource, isRunning, isService } from '../base/instances.ts'
import { TAG } from '../base/names.ts'
import { type Applied, apply, type Pause } from './apply.ts'
import { type DefinitionSource, readDefinitions } from './definitions.ts'
import { type Difference, difference, type Write } from './difference.ts'
import { type Evidence, holdings, runningServers } from './evidence.ts'
import { agree, exceedsCap, type HeldRemovals, type HeldStore } from './held.ts'
import { PATIENCE_MS, silentServers, suspects } from './suspicion.ts'

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
  /** Instances whose owner does not answer; all while there is no leader. */
  waiting: string[]
  /** What differed when the round looked: writes, removals in doubt and instances that wait. */
  drift: number
  /** Raft address of Consul's leader; null without one. */
  leader: string | null
  failed: { instanceId: string; problem: string }[]
  problems: string[]
}

/**
 * Reads what the catalog holds about the instances, a second time at EC2 those that it does not show, and their definitions.
 * @param scope instances to look at; absent = the whole fleet
 */
export async function gather(
  parts: RoundParts,
  seen: {
    now: Date
    instances: Instance[]
    servers: ConsulServer[]
    leaving?: Map<string, string>
    gone?: Instance[]
    suspects?: ConsulServer[]
  },
  scope?: string[],
): Promise<{ evidence: Evidence; problems: string[] }> {
  const names = seen.instances
    .filter((instance) => isService(instance) && isRunning(instance))
    .map((instance) => instance.tags[TAG.definition] ?? '')
  const [catalog, read] = await Promise.all([
    readCatalog(parts.catalog, seen.servers, seen.suspects ?? [], scope),
    readDefinitions(parts.definitions, names),
  ])
  const evidence: Evidence = {
    now: seen.now,
    stage: parts.stage,
    vpcId: parts.vpcId,
    instances: seen.instances,
    confirmed: seen.gone ?? [],
    servers: seen.servers,
    listings: catalog.listings,
    cluster: within(catalog.cluster, scope),
    definitions: read.definitions,
    leaving: seen.leaving ?? new Map(),
    silent: silentServers(seen.suspects ?? [], seen.servers, catalog.listings, catalog.cluster),
  }
  const shown = new Set([...evidence.instances, ...evidence.confirmed].map((instance) => instance.id))
  const absent = new Set(
    holdings(evidence)
      .map(({ entry }) => entry.instanceId)
      .filter((id) => !shown.has(id)),
  )
  // After the listings: an instance that was registered since the first look is found now.
  if (absent.size > 0) evidence.confirmed.push(...(await parts.instances.confirm([...absent])))
  return { evidence, problems: [...catalog.problems, ...read.problems] }
}

/**
 * The whole fleet, once: what `reconcile` does.
 * @param now the time, before anything is read
 * @param going ids of Consul servers that were told to go
 * @param silent addresses of Consul servers that do not answer their neighbours
 */
export async function reconcile(
  parts: RoundParts,
  held: HeldStore,
  now: Date,
  { going = [], silent = [] }: { going?: string[]; silent?: string[] } = {},
): Promise<Report> {
  const instances = await parts.instances.all()
  const servers = runningServers(instances)
  // No server, no catalog: the platform is down or on its way, and its first server's event comes back here.
  if (servers.length === 0) return report({ instances, servers }, nothing, { done: [], failed: [] }, 0, [])
  const leaving = new Map(going.map((id) => [id, 'the server goes']))
  const seen = { now, instances, servers, leaving, suspects: suspects(servers, silent) }
  const { evidence, problems } = await gather(parts, seen)
  const plan = difference(evidence)
  const { allowed, waiting, problem } = await weigh(plan, held, now)
  const applied = await apply(parts.catalog, [...plan.writes, ...allowed], parts.pause)
  return report(evidence, plan, applied, waiting, [...problems, ...(problem ? [problem] : [])])
}

const nothing: Difference = { writes: [], uncertain: [], waiting: [], known: 0 }

/**
 * The removals in doubt that may be carried out. Only two rounds that follow each other agree: one in between that sees
 * nothing amiss takes the first one's word back. While the store fails, what is above the cap waits.
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
  if (earlier && earlier.instanceIds.length > 0) await store.save({ instanceIds: [], at: now.toISOString() })
}

/**
 * Every server is asked for its listing and for its view of the cluster; who does not answer is left out, and what the
 * catalog holds of it is asked for. A suspect is asked once, and not waited for.
 */
async function readCatalog(
  catalog: ServiceCatalog,
  servers: ConsulServer[],
  named: ConsulServer[],
  scope?: string[],
): Promise<{ listings: Listing[]; cluster: ClusterView | null; problems: string[] }> {
  const others = servers.filter((server) => !named.includes(server))
  const present = others.map(({ address }) => address)
  const patience = (server: ConsulServer) => (named.includes(server) ? PATIENCE_MS : undefined)
  const [listings, views] = await Promise.all([
    Promise.allSettled(servers.map((server) => catalog.listing(server, scope, patience(server)))),
    Promise.allSettled(others.map((server) => catalog.cluster(server, present))),
  ])
  const listed = listings.flatMap((listing) => (listing.status === 'fulfilled' ? [listing.value] : []))
  const led = others.flatMap((server, index) => {
    const view = views[index]
    return view?.status === 'fulfilled' && view.value.leader !== null ? [{ server, view: view.value }] : []
  })
  const answering = new Set(listed.map(({ server }) => server.address))
  const witness = led.find(({ server }) => answering.has(server.address)) ?? led[0]
  // Rare enough to ask once more: a server that nobody has named a suspect yet does not answer.
  const again =
    witness && present.some((address) => !answering.has(address))
      ? await catalog.cluster(witness.server, [...answering]).catch(() => undefined)
      : undefined
  return {
    listings: listed,
    cluster: again?.leader ? again : (witness?.view ?? null),
    problems: listings.flatMap((listing) => (listing.status === 'rejected' ? [message(listing.reason)] : [])),
  }
}

/** A round over some instances has no business with the stranded entries of others. */
function within(cluster: ClusterView | null, scope?: string[]): ClusterView | null {
  if (!cluster || !scope) return cluster
  const ids = new Set(scope)
  const concerns = ({ instanceId }: { instanceId: string }): boolean => ids.has(instanceId)
  return {
    ...cluster,
    stranded: cluster.stranded.filter(concerns),
    doubted: cluster.doubted.filter(concerns),
  }
}

/** Sums a round up. */
export function report(
  seen: { instances: Instance[]; servers: ConsulServer[]; cluster?: ClusterView | null },
  plan: Difference,
  { done, failed }: Applied,
  held: number,
  problems: string[],
): Report {
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
  }
}

const message = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason))
