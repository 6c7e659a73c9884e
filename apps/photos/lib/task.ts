import type { Filter } from './filters.ts'

/** Created: its picture is not stored yet, and nobody sees it. */
export const CREATED = -1
export const READY = 0
export const IN_PROGRESS = 1
export const FINISHED = 2
export const FAILED = 3

export type State = -1 | 0 | 1 | 2 | 3

/**
 * A task as `db` and `master` return it. Times are milliseconds since 1970; what is not known yet is absent.
 */
export interface Task {
  id: number
  state: State
  filter: Filter
  createdAt: number
  changedAt: number
  finishedAt?: number
  /** The attempt that holds the task, or held it last; counts up with each lease. */
  attempt?: number
  worker?: string
  /** The end of the lease. */
  until?: number
  /** The name of the file as it was sent. */
  name?: string
  type?: string
  bytes?: number
  width?: number
  height?: number
  /** Names in `storage`. */
  original?: string
  result?: string
  before?: string
  after?: string
  /** Why the last attempt failed. */
  reason?: string
}
