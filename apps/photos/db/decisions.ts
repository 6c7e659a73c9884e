import { Refusal } from '../../lib/refusal.ts'
import type { Filter } from '../lib/filters.ts'
import { CREATED, FAILED, FINISHED, IN_PROGRESS, READY, type Task } from '../lib/task.ts'

/** A task as it is stored, including what concerns only `db`. Every decision returns a new one. */
export interface StoredTask extends Task {
  attempt: number
  /** Attempts that failed or ran out; released ones do not count. */
  failures: number
  /** When it last became ready. */
  readySince?: number
  token?: string
}

/** How long an attempt may take. */
export const LEASE_MS = 20_000

export const MOST_FAILURES = 3

/** How long a task waits for its picture. */
export const CREATED_MS = 24 * 60 * 60 * 1000

const RAN_OUT = `not finished within ${LEASE_MS / 1000} s`

export interface NewTask {
  filter: Filter
  token?: string | undefined
  name?: string | undefined
}

/** What is known about a picture once it is stored. */
export interface Picture {
  type: string
  bytes: number
  width: number
  height: number
}

export interface Results {
  result: string
  before: string
  after: string
}

export function created(id: number, { filter, token, name }: NewTask, now: number): StoredTask {
  return {
    id,
    state: CREATED,
    filter,
    attempt: 0,
    failures: 0,
    createdAt: now,
    changedAt: now,
    ...(token === undefined ? {} : { token }),
    ...(name === undefined ? {} : { name }),
  }
}

/** Whether a task has waited too long for its picture, and counts as removed. */
export const isGone = (task: StoredTask, now: number): boolean =>
  task.state === CREATED && task.createdAt + CREATED_MS <= now

/** Records that the picture is stored; changes nothing if that was known. */
export function ready(task: StoredTask, picture: Picture, now: number): StoredTask {
  if (task.state !== CREATED) return task
  return changed(task, { ...picture, state: READY, readySince: now, original: 'original' }, now)
}

/** When a task may be taken; undefined when it may not. */
export function takeableFrom(task: StoredTask): number | undefined {
  if (task.state === READY) return task.readySince
  return task.state === IN_PROGRESS ? task.until : undefined
}

/**
 * The task leased to a worker; failed when its last lease ran out and that was one failure too many;
 * undefined when it may not be taken.
 */
export function taken(task: StoredTask, worker: string, now: number): StoredTask | undefined {
  const from = takeableFrom(task)
  if (from === undefined || from > now) return undefined
  const before = task.state === IN_PROGRESS ? afterFailure(task, RAN_OUT, now) : task
  if (before.state === FAILED) return before
  const lease = { state: IN_PROGRESS, attempt: task.attempt + 1, worker, until: now + LEASE_MS } as const
  return changed(before, lease, now)
}

/** @throws Refusal 409 unless the attempt holds the task, or has already finished it */
export function finished(
  task: StoredTask,
  attempt: number,
  { result, before, after }: Results,
  now: number,
): StoredTask {
  // The first answer must have been lost, or the worker would not ask again.
  if (task.state === FINISHED && task.attempt === attempt) return task
  requireHolder(task, attempt, now)
  return changed(task, { state: FINISHED, result, before, after, finishedAt: now }, now, ['until', 'reason'])
}

/** @throws Refusal 409 unless the attempt holds the task */
export function failed(task: StoredTask, attempt: number, reason: string, now: number): StoredTask {
  requireHolder(task, attempt, now)
  return afterFailure(task, reason, now)
}

/** @throws Refusal 409 unless the attempt holds the task */
export function released(task: StoredTask, attempt: number, now: number): StoredTask {
  requireHolder(task, attempt, now)
  return changed(task, { state: READY, readySince: now }, now, ['until', 'worker'])
}

function requireHolder(task: StoredTask, attempt: number, now: number): void {
  const holds = task.state === IN_PROGRESS && task.attempt === attempt && (task.until ?? 0) > now
  if (!holds) throw new Refusal(409, `Attempt ${attempt} does not hold task ${task.id}.`)
}

function afterFailure(task: StoredTask, reason: string, now: number): StoredTask {
  const failures = task.failures + 1
  const state = failures >= MOST_FAILURES ? FAILED : READY
  return changed(task, { state, failures, reason, readySince: now }, now, ['until'])
}

/** Each change has a later time than the one before, even when two instances' clocks differ. */
function changed(
  task: StoredTask,
  changes: Partial<StoredTask>,
  now: number,
  dropped: (keyof StoredTask)[] = [],
): StoredTask {
  const kept = Object.entries(task).filter(([key]) => !(dropped as string[]).includes(key))
  const changedAt = Math.max(now, task.changedAt + 1)
  return { ...(Object.fromEntries(kept) as unknown as StoredTask), ...changes, changedAt }
}

/** What others see of a task. */
export function seen(task: StoredTask): Task {
  const { token: _token, failures: _failures, readySince: _since, attempt, ...rest } = task
  return attempt === 0 ? rest : { ...rest, attempt }
}
