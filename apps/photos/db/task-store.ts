import { Refusal } from '../../lib/refusal.ts'
import type { NewTask, Picture, Results, StoredTask } from './decisions.ts'

/**
 * Holds the tasks. Any number of processes may use one store; of two that change a task at once, one comes
 * first and the other decides again based on its result.
 */
export interface TaskStore {
  /**
   * A new task, or the existing one with its token.
   * @throws Refusal 422 when the existing one has another filter
   */
  create(task: NewTask): Promise<{ task: StoredTask; isNew: boolean }>
  /** The next task, leased to this worker; undefined when there is none. */
  next(worker: string): Promise<StoredTask | undefined>
  /** @throws Refusal 404 */
  read(id: number): Promise<StoredTask>
  /** @throws Refusal 404 */
  ready(id: number, picture: Picture): Promise<void>
  /** @throws Refusal 404, 409 */
  finish(id: number, attempt: number, results: Results): Promise<void>
  /** @throws Refusal 404, 409 */
  fail(id: number, attempt: number, reason: string): Promise<void>
  /** @throws Refusal 404, 409 */
  release(id: number, attempt: number): Promise<void>
  /** Tasks with a stored picture that changed at this time or later, oldest change first. */
  changedSince(time: number, limit: number): Promise<StoredTask[]>
  /** Tasks with a stored picture, newest id first, below `id` if given. */
  newest(limit: number, id?: number): Promise<StoredTask[]>
}

export const noSuchTask = (id: number): Refusal => new Refusal(404, `There is no task ${id}.`)

/** @throws Refusal 422 when a token comes with a different filter than its task has */
export function requireSameFilter(task: StoredTask, { filter }: NewTask): void {
  if (task.filter === filter) return
  const remedy = 'send the picture with a new token'
  throw new Refusal(
    422,
    `The token belongs to a task with the filter ${task.filter}, not ${filter}; ${remedy}.`,
  )
}
