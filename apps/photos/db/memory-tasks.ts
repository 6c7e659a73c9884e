import { CREATED } from '../lib/task.ts'
import { DecidedTasks } from './decided-tasks.ts'
import {
  CREATED_MS,
  created,
  isGone,
  type NewTask,
  type StoredTask,
  takeableFrom,
  taken,
} from './decisions.ts'
import { noSuchTask, requireSameFilter, type TaskStore } from './task-store.ts'

/** Tasks in the memory of one process; they are gone when it ends. */
export class MemoryTasks extends DecidedTasks implements TaskStore {
  readonly #clock: () => number
  readonly #tasks = new Map<number, StoredTask>()
  readonly #tokens = new Map<string, number>()
  #count = 0

  constructor(clock: () => number = Date.now) {
    super()
    this.#clock = clock
  }

  async create(wanted: NewTask): Promise<{ task: StoredTask; isNew: boolean }> {
    this.#removeGone()
    const known = wanted.token === undefined ? undefined : this.#tokens.get(wanted.token)
    if (known !== undefined) {
      const task = await this.read(known)
      requireSameFilter(task, wanted)
      return { task, isNew: false }
    }
    const task = created(this.#count, wanted, this.#clock())
    this.#count += 1
    this.#tasks.set(task.id, task)
    if (task.token !== undefined) this.#tokens.set(task.token, task.id)
    return { task, isNew: true }
  }

  async next(worker: string): Promise<StoredTask | undefined> {
    const now = this.#clock()
    const inTurn = [...this.#tasks.values()]
      .map((task) => ({ task, from: takeableFrom(task) ?? Number.POSITIVE_INFINITY }))
      .filter(({ from }) => from <= now)
      .sort((a, b) => a.from - b.from || a.task.id - b.task.id)
    for (const { task } of inTurn) {
      const leased = taken(task, worker, now)
      if (leased === undefined) continue
      this.#tasks.set(task.id, leased)
      if (takeableFrom(leased) !== undefined) return leased
    }
    return undefined
  }

  async read(id: number): Promise<StoredTask> {
    this.#removeGone()
    const task = this.#tasks.get(id)
    if (task === undefined) throw noSuchTask(id)
    return task
  }

  async changedSince(time: number, limit: number): Promise<StoredTask[]> {
    return this.#visible()
      .filter(({ changedAt }) => changedAt >= time)
      .sort((a, b) => a.changedAt - b.changedAt)
      .slice(0, limit)
  }

  async newest(limit: number, below = Number.POSITIVE_INFINITY): Promise<StoredTask[]> {
    return this.#visible()
      .filter(({ id }) => id < below)
      .sort((a, b) => b.id - a.id)
      .slice(0, limit)
  }

  protected async change(id: number, decide: (task: StoredTask, now: number) => StoredTask): Promise<void> {
    this.#tasks.set(id, decide(await this.read(id), this.#clock()))
  }

  #visible(): StoredTask[] {
    return [...this.#tasks.values()].filter(({ state }) => state !== CREATED)
  }

  #removeGone(): void {
    const now = this.#clock()
    for (const task of this.#tasks.values()) {
      // They are in the order in which they were created.
      if (task.createdAt + CREATED_MS > now) break
      if (!isGone(task, now)) continue
      this.#tasks.delete(task.id)
      if (task.token !== undefined) this.#tokens.delete(task.token)
    }
  }
}
