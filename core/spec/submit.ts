import { canonicalJson, sha256 } from '../base/canonical.ts'
import { LockHeld, NanofleetError } from '../base/errors.ts'
import type { LockRecord, LockTable } from '../deploy/lock.ts'

/** A run of a workflow, as Step Functions tells it. */
export interface Run {
  arn: string
  name: string
  status: string
  startedAt: Date
  endedAt?: Date
  input?: unknown
  error?: string
  cause?: string
}

/** Runs of the stage's workflows. */
export interface Runs {
  /** The ARN that a run of this workflow and name has or would have. */
  arn(workflow: string, name: string): string
  /** Undefined for one that never began, or that is forgotten. */
  find(arn: string): Promise<Run | undefined>
  /** The latest run of a workflow about an app. */
  latest(workflow: string, app: string): Promise<Run | undefined>
  /** Once under way, the same name with the same input is the same run; undefined if the name is taken. */
  start(workflow: string, name: string, input: unknown): Promise<Run | undefined>
}

export interface SubmitPorts {
  locks: LockTable
  runs: Runs
  now(): Date
}

/** A change of an app that somebody asks for. */
export interface Order {
  workflow: 'deploy' | 'teardown'
  app: string
  /** The input of the workflow. */
  input: Record<string, unknown>
  /** Who asks for it, and by which key: asked again with it, it is the same request for 90 days. */
  key?: string
  /** Names the run; `<app>-<digest>-<number>` when absent. */
  name?: string
  /** What has to be done once nobody else can, before the run begins. */
  ready?(): Promise<void>
}

/** What became of it. */
export interface Submitted {
  run: Run
  /** False for the run of an earlier request that was the same. */
  isNew: boolean
}

/** Another run works on the app. */
export class Busy extends LockHeld {
  readonly holder: string

  constructor(app: string, holder: string) {
    super(`${app}: ${holder} works on this app; wait until it is over, then ask again`)
    this.holder = holder
  }
}

/** The key stands for another request. */
export class KeyReused extends NanofleetError {}

/** If the lock keeps changing hands, somebody is at work. */
const ATTEMPTS = 3

/**
 * Milliseconds for which a lock counts whose run has not begun: who took it may be about to start it. No
 * function runs longer than a minute.
 */
export const CLAIM_MS = 60_000

/**
 * Starts a run that changes an app, unless the same request did so already. The lock is taken for the run
 * before it begins: of two requests at once, only one begins anything.
 * @throws {Busy} while another run works on the app, {KeyReused} if the key is that of another request
 */
export async function submit(ports: SubmitPorts, order: Order): Promise<Submitted> {
  const { locks, runs, now } = ports
  const { app, workflow, key } = order
  const keyed = key === undefined ? undefined : nameOf(app, key)
  const before = keyed === undefined ? undefined : await runs.find(runs.arn(workflow, keyed))
  if (before) return { run: sameOrRefused(before, order), isNew: false }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const seen = await locks.read(app)
    const holder = await holderOf(ports, seen)
    if (holder?.run && isSame(holder.run, order)) return { run: holder.run, isNew: false }
    const fence = seen?.fence ?? 0
    const name = (number: number) => keyed ?? order.name ?? nameOf(app, requestOf(order), number)
    // The same request a moment ago, whose run has not begun: both may start it, as it is the same run.
    if (holder?.arn === runs.arn(workflow, name(fence))) return await begin(ports, order, name(fence), false)
    if (holder) throw new Busy(app, holder.arn)
    const next = name(fence + 1)
    const taken = await locks.take(app, runs.arn(workflow, next), seen, now())
    if (taken !== undefined) return await begin(ports, order, next, true)
  }
  throw new Busy(app, (await locks.read(app))?.owner ?? 'another run')
}

/** Who works on an app now: a run under way, or one that is about to begin. */
export async function holderOf(
  { runs, now }: Pick<SubmitPorts, 'runs' | 'now'>,
  seen: LockRecord | undefined,
): Promise<{ arn: string; run?: Run } | undefined> {
  if (seen?.owner === undefined) return undefined
  const run = await runs.find(seen.owner)
  if (run) return isUnderWay(run) ? { arn: seen.owner, run } : undefined
  const age = now().getTime() - Date.parse(seen.since ?? '')
  return age < CLAIM_MS ? { arn: seen.owner } : undefined
}

async function begin(ports: SubmitPorts, order: Order, name: string, isNew: boolean): Promise<Submitted> {
  const { app, workflow, input } = order
  try {
    await order.ready?.()
    const run = await ports.runs.start(workflow, name, input)
    if (run) return { run, isNew }
  } catch (error) {
    if (isNew) await ports.locks.free(app, ports.runs.arn(workflow, name))
    throw error
  }
  const found = await ports.runs.find(ports.runs.arn(workflow, name))
  if (found) return { run: sameOrRefused(found, order), isNew: false }
  throw new Busy(app, name)
}

function sameOrRefused(run: Run, order: Order): Run {
  if (isSame(run, order)) return run
  throw new KeyReused(
    `Idempotency-Key: the key was used for another request, whose run is ${run.name}; use a new key for each`,
  )
}

const isSame = (run: Run, order: Order): boolean =>
  run.arn.includes(`-${order.workflow}:`) && canonicalJson(run.input) === canonicalJson(order.input)

export const isUnderWay = ({ status }: Pick<Run, 'status'>): boolean =>
  status === 'RUNNING' || status === 'PENDING_REDRIVE'

const requestOf = ({ workflow, input }: Order): string => canonicalJson({ workflow, input })

/** The longest name of an execution ("StartExecution"). */
const LONGEST = 80

/** `web-3f9c0d1e2a4b5c6d-7`: what is asked for, and the number of the lock that it takes. */
function nameOf(app: string, what: string, number?: number): string {
  const end = `-${sha256(what).slice(0, 16)}${number === undefined ? '' : `-${number}`}`
  return `${app.slice(0, LONGEST - end.length)}${end}`
}
