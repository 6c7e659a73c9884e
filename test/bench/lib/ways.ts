import { setTimeout as sleep } from 'node:timers/promises'
import { queueDepth } from '../../../adapters/aws/queue-depth.ts'
import { controlName } from '../../../core/base/names.ts'
import { owner } from '../../../core/registration/owner.ts'
import { until } from '../../../scripts/demo/wait.ts'
import { NameWatch } from './name-watch.ts'
import { begunAsPassing, Poller, type PollerRound } from './poller.ts'
import type { RecordInstance } from './record-fleet.ts'
import { type RegistrationStage, SERVICE } from './registration-stage.ts'
import { switchRules } from './rules.ts'

/** Milliseconds from a state change to the right DNS answer, for each instance. */
export interface Times {
  /** From `running`. */
  up: number[]
  /** From `shutting-down`; empty when the addresses stay in DNS. */
  down: number[]
  /** When the changes happened, counted from the first of each kind. */
  offsets: { up: number[]; down: number[] }
}

/** Milliseconds between the rounds of two pollers, so that they do not collide. */
const APART_MS = 100
/** Seconds after which a change that is not in DNS fails the benchmark. */
const LONGEST_SECONDS = 120

/** While `measure` runs, the service's name is watched, on a server that asks no other one. */
export async function watching<T>(
  { resolver }: RegistrationStage,
  pause: number,
  measure: (watch: NameWatch) => Promise<T>,
): Promise<T> {
  const watch = new NameWatch(resolver.address, `${SERVICE}.service.consul`, pause)
  try {
    return await measure(watch)
  } finally {
    await watch.stop()
  }
}

/** Changes one after the other: the milliseconds before each, and how many instances change at once. */
export type Steps = { pause: number; count: number }[]

/** The fleet that is already running and stays, and what to do while all of it is there. */
export interface Among {
  standing?: string[]
  meanwhile?: (standing: string[]) => Promise<void>
}

/**
 * Ours: EC2's events, rule, queue, `register`, `consul`, agent. Instances start in these steps, and stop in
 * the same.
 */
export async function eventDriven(
  { context, fleet }: RegistrationStage,
  watch: NameWatch,
  steps: Steps,
  { standing = [], meanwhile }: Among = {},
): Promise<Times> {
  const instances: RecordInstance[] = []
  for (const { pause, count } of steps) {
    await sleep(pause)
    instances.push(...(await fleet.launch(count, 'events')))
  }
  const addresses = instances.map(({ address }) => address)
  await watch.until([...standing, ...addresses], LONGEST_SECONDS)
  const running = await fleet.entered(instances, 'running')
  await meanwhile?.([...standing, ...addresses])
  const staying = [...instances]
  for (const { pause, count } of steps) {
    await sleep(pause)
    await fleet.terminate(staying.splice(0, count))
  }
  await watch.until(standing, LONGEST_SECONDS)
  const leaving = await fleet.entered(instances, 'shutting-down')
  await until('an empty queue', LONGEST_SECONDS, async () =>
    (await queueDepth(context.sqs(), controlName(context.stage, 'register'))) === 0 ? true : undefined,
  )
  return {
    up: after(running, watch.appeared, addresses),
    down: after(leaving, watch.left, addresses),
    offsets: { up: sinceFirst(running), down: sinceFirst(leaving) },
  }
}

/**
 * Bare: written to the owner's agent at the moment of the change, and removed again. The moments are given.
 */
export async function bare(
  { catalog, definition, servers, resolver }: RegistrationStage,
  watch: NameWatch,
  offsets: Times['offsets'],
  { standing = [], meanwhile }: Among = {},
): Promise<Times> {
  const network = resolver.address.split('.').slice(0, 2).join('.')
  const instances = offsets.up.map((_, position) => {
    const index = standing.length + position
    return {
      id: `i-${Math.random().toString(16).slice(2, 10)}${String(index).padStart(9, '0')}`,
      address: `${network}.${200 + (index >> 8)}.${index & 255}`,
    }
  })
  const addresses = instances.map(({ address }) => address)
  const each = (moments: number[], put: (instance: RecordInstance) => Promise<void>): number[] => {
    const begin = Date.now() + 20
    for (const [index, instance] of instances.entries())
      changes.push(sleep(begin + (moments[index] ?? 0) - Date.now()).then(() => put(instance)))
    return moments.map((moment) => begin + moment)
  }
  const changes: Promise<void>[] = []
  const ownerOf = ({ id }: RecordInstance) => owner(id, servers) ?? resolver
  const running = each(offsets.up, (instance) => {
    const text = JSON.stringify(definition).replaceAll('HEALTHROUTE', instance.address)
    const service = {
      ...(JSON.parse(text) as typeof definition),
      ID: instance.id,
      Address: instance.address,
      Meta: {},
    }
    return catalog.register(ownerOf(instance), { registration: begunAsPassing(service) })
  })
  await Promise.all(changes.splice(0))
  await watch.until([...standing, ...addresses], LONGEST_SECONDS)
  await meanwhile?.([...standing, ...addresses])
  const leaving = each(offsets.down, (instance) => catalog.deregister(ownerOf(instance), { id: instance.id }))
  await Promise.all(changes)
  await watch.until(standing, LONGEST_SECONDS)
  return {
    up: after(running, watch.appeared, addresses),
    down: after(leaving, watch.left, addresses),
    offsets,
  }
}

/** The pollers' results: times until the answer, their rounds, and how many names they removed. */
export interface Polled {
  up: number[]
  /** Of the single changes in a running fleet. */
  singles: number[]
  rounds: PollerRound[]
  removed: number
  gone: number
}

/**
 * The poller: bursts of this many instances, one after the other, each at a given moment of its period.
 * Several pollers do this in parallel, each with its own fleet that only it sees, because a burst takes about
 * ten seconds.
 * @param moments each poller's moments, in milliseconds after the end of a round
 * @param singles the steps in which more instances start while the first burst is running
 */
export async function polled(
  stage: RegistrationStage,
  watch: NameWatch,
  count: number,
  moments: number[][],
  singles: Steps = [],
): Promise<Polled> {
  const { context, region, servers, catalog } = stage
  const [first] = servers
  if (!first) return { up: [], singles: [], rounds: [], removed: 0, gone: 0 }
  await switchRules(region, context.stage, false)
  const all: RecordInstance[] = []
  const one = async (own: number[], lane: number): Promise<Omit<Polled, 'removed' | 'gone'>> => {
    const app = `polled${lane}`
    const poller = new Poller(context, catalog, first, app, lane * APART_MS)
    const found: { up: number[]; singles: number[] } = { up: [], singles: [] }
    const measure = async (instances: RecordInstance[]): Promise<number[]> => {
      all.push(...instances)
      for (const { address } of instances) await watch.seen(address, LONGEST_SECONDS)
      const running = await stage.fleet.entered(instances, 'running')
      return after(
        running,
        watch.appeared,
        instances.map(({ address }) => address),
      )
    }
    try {
      for (const [burst, moment] of own.entries()) {
        await poller.moment(moment)
        const instances = await stage.fleet.launch(count, app)
        found.up.push(...(await measure(instances)))
        const more: RecordInstance[] = []
        for (const { pause, count } of burst === 0 ? singles : []) {
          await sleep(pause)
          more.push(...(await stage.fleet.launch(count, app)))
        }
        found.singles.push(...(await measure(more)))
        await stage.fleet.terminate([...instances, ...more])
      }
    } finally {
      await poller.stop()
    }
    return { ...found, rounds: poller.rounds }
  }
  try {
    const found = await Promise.all(moments.map(one))
    const removed = all.filter(({ address }) => !watch.answer.has(address)).length
    return {
      up: found.flatMap(({ up }) => up),
      singles: found.flatMap(({ singles }) => singles),
      rounds: found.flatMap(({ rounds }) => rounds),
      removed,
      gone: all.length,
    }
  } finally {
    await Promise.all(all.map(({ id }) => catalog.deregister(first, { id })))
    await watch.until([], LONGEST_SECONDS)
    await switchRules(region, context.stage, true)
  }
}

const after = (since: number[], moments: Map<string, number>, addresses: string[]): number[] =>
  addresses.map((address, index) => (moments.get(address) ?? Number.NaN) - (since[index] ?? 0))

function sinceFirst(moments: number[]): number[] {
  const first = Math.min(...moments)
  return moments.map((moment) => moment - first)
}
