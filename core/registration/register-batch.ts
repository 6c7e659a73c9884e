import type { ConsulServer, Welcome } from '../base/catalog.ts'
import { isGoing, isServer } from '../base/instances.ts'
import { type Applied, apply } from './apply.ts'
import { type Belief, believe } from './belief.ts'
import {
  type DepartureParts,
  drain,
  firstOrders,
  ladenServers,
  lookLater,
  MOVE_SECONDS,
} from './departures.ts'
import { difference, type Write } from './difference.ts'
import { runningServers } from './evidence.ts'
import { gather, gatherNew } from './gather.ts'
import { againMessage, type Hint, readHint, type StateHint, type UnknownMessage } from './hints.ts'
import { type Report, type RoundParts, report } from './round.ts'
import { lookAgain, sift, unseen } from './second-look.ts'

export interface BatchParts extends RoundParts, DepartureParts {
  /**
   * Asks for a round over the whole fleet, without waiting for it, in which these Consul servers are about to
   * go.
   */
  requestReconcile(leaving: string[]): Promise<void>
}

/** The result of a batch. `unfinished`: instances whose entries are not right yet. */
export interface BatchResult {
  report: Report | null
  unfinished: Set<string>
  /** Instances that this batch has registered. */
  registered: Set<string>
}

/**
 * The result of a delivery of messages. `failed`: ids of those to be delivered again and finally set aside.
 */
export interface QueueOutcome {
  report: Report | null
  failed: string[]
  problems: string[]
  /** When the registered instances began to run, as far as an event said so (ISO 8601, whole seconds). */
  runningSince: string[]
}

/** Reads the messages as hints and acts on them together; one that cannot be read holds up no other. */
export async function registerMessages(
  parts: BatchParts,
  messages: { id: string; body: string }[],
  now: Date,
): Promise<QueueOutcome> {
  const failed: string[] = []
  const problems: string[] = []
  const hints = new Map<string, Hint>()
  for (const { id, body } of messages) {
    try {
      hints.set(id, readHint(body))
    } catch (error) {
      failed.push(id)
      problems.push((error as UnknownMessage).message)
    }
  }
  const { report: summary, unfinished, registered } = await registerBatch(parts, [...hints.values()], now)
  for (const [id, hint] of hints)
    if (hint.kind === 'leaving' && unfinished.has(hint.instanceId)) failed.push(id)
  return { report: summary, failed, problems, runningSince: startsOf(registered, [...hints.values()]) }
}

/** When the instances began to run, each once. */
function startsOf(instanceIds: Set<string>, hints: Hint[]): string[] {
  const starts = hints.flatMap((hint): [string, string][] =>
    hint.kind === 'state' && hint.state === 'running' && hint.at && instanceIds.has(hint.instanceId)
      ? [[hint.instanceId, hint.at]]
      : [],
  )
  return [...new Map(starts).values()]
}

/**
 * Acts on a batch of hints with one look at EC2: whatever the events said, the catalog ends up with what is
 * true now of their instances.
 * @param now the time, before anything is read
 */
export async function registerBatch(parts: BatchParts, hints: Hint[], now: Date): Promise<BatchResult> {
  const over = hints.filter((hint) => hint.kind === 'drained')
  await Promise.all(over.map(({ lifecycle }) => parts.lifecycle.complete(lifecycle)))
  const about = hints.filter((hint) => hint.kind !== 'drained')
  const { open, maybe } = await sift(parts, about)
  const unfinished = new Set<string>()
  const registered = new Set<string>()
  const ids = [...new Set(open.map((hint) => hint.instanceId))]
  if (ids.length === 0) {
    await later(parts, lookAgain(about, unfinished, maybe))
    return { report: null, unfinished, registered }
  }

  const sight = await parts.instances.look(ids)
  const firstly = firstOrders(parts, open, runningServers(sight.servers))
  const held = new Set<Hint>(firstly)
  const belief = believe(
    open.filter((hint) => !held.has(hint)),
    sight.instances,
  )
  const unknown = new Set([...maybe, ...unseen(open, [...sight.instances, ...belief.gone])])
  const servers = runningServers(sight.servers)
  const going = servers.filter(({ instanceId }) => belief.leaving.has(instanceId))
  const [summary, laden] = await Promise.all([
    registerBelief(parts, now, belief, servers, { unfinished, registered }),
    going.length < servers.length ? ladenServers(parts, going) : new Set<string>(),
    belief.serversChanged || going.length > 0
      ? parts.requestReconcile(going.map(({ instanceId }) => instanceId))
      : undefined,
  ])
  const drains = belief.drains.filter((order) => !unfinished.has(order.instanceId))
  await Promise.all([
    later(parts, lookAgain(about, new Set([...unfinished, ...belief.lagging]), unknown)),
    ...firstly.map((order) => lookLater(parts, order, parts.serverDrainSeconds)),
    ...drains.map((order) => {
      const { instanceId, attempt } = order
      const seconds = laden.has(instanceId) ? MOVE_SECONDS[attempt] : undefined
      if (seconds !== undefined) return lookLater(parts, order, seconds)
      return drain(
        parts,
        order,
        summary !== null && !going.some((server) => server.instanceId === instanceId),
      )
    }),
  ])
  return { report: summary, unfinished, registered }
}

/** Sends the hints once more, each time after twice as long. */
async function later({ later: queue }: BatchParts, hints: StateHint[]): Promise<void> {
  await Promise.all(hints.map((hint) => queue.send(againMessage(hint), 2 ** hint.attempt)))
}

async function registerBelief(
  parts: BatchParts,
  now: Date,
  belief: Belief,
  servers: ReturnType<typeof runningServers>,
  { unfinished, registered }: Pick<BatchResult, 'unfinished' | 'registered'>,
): Promise<Report | null> {
  const scope = [...belief.instances.filter((each) => !isServer(each)), ...belief.gone].map(({ id }) => id)
  // Only foreign instances, or the platform is down: there is nothing to write.
  if (servers.length === 0 || scope.length === 0) return null
  const { instances, leaving, gone } = belief
  const seen = { now, instances, servers, leaving, gone }
  // What must leave DNS does not wait for the first answers of others.
  const isArrival = gone.length === 0 && leaving.size === 0 && !instances.some(isGoing)
  const gathered = isArrival ? await gatherNew(parts, seen, scope) : await gather(parts, seen, scope)
  const { evidence, problems } = gathered
  const plan = difference(evidence)
  const { open, early } = split(plan.writes, gathered.welcome)
  const later = await apply(parts.catalog, open, parts.pause)
  const applied = { done: [...early.done, ...later.done], failed: [...early.failed, ...later.failed] }
  for (const write of applied.done) if (write.verb === 'register') registered.add(write.instanceId)
  for (const { write } of applied.failed) unfinished.add(write.instanceId)
  for (const id of plan.waiting) unfinished.add(id)
  // An agent that did not answer may hold what should be gone.
  if (evidence.listings.length < servers.length)
    for (const each of instances) if (isGoing(each) || leaving.has(each.id)) unfinished.add(each.id)
  return report(evidence, plan, applied, plan.uncertain.length, problems)
}

/**
 * Which writes were carried out during the look at the catalog, successfully or not, and which are still
 * open.
 */
function split(
  writes: Write[],
  { registered, failed }: Pick<Welcome, 'registered' | 'failed'> = { registered: [], failed: [] },
): { open: Write[]; early: Applied } {
  const key = ({ id, server }: { id: string; server: ConsulServer }): string => `${id} ${server.address}`
  const done = new Set(registered.map(key))
  const broken = new Map(failed.map((each) => [key(each), new Error(each.problem)]))
  const early: Applied = { done: [], failed: [] }
  const open = writes.filter((write) => {
    const error = broken.get(key(write))
    if (done.has(key(write))) early.done.push(write)
    else if (error) early.failed.push({ write, error })
    else return true
    return false
  })
  return { open, early }
}
