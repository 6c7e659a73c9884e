import {
  failed,
  finished,
  type Picture,
  type Results,
  ready,
  released,
  type StoredTask,
} from './decisions.ts'

/** The changes that a store can make to a task, each a decision; the store says how one is written. */
export abstract class DecidedTasks {
  /**
   * Decides about the task as it is now and writes the result; decides again if another writer came first.
   */
  protected abstract change(id: number, decide: (task: StoredTask, now: number) => StoredTask): Promise<void>

  ready(id: number, picture: Picture): Promise<void> {
    return this.change(id, (task, now) => ready(task, picture, now))
  }

  finish(id: number, attempt: number, results: Results): Promise<void> {
    return this.change(id, (task, now) => finished(task, attempt, results, now))
  }

  fail(id: number, attempt: number, reason: string): Promise<void> {
    return this.change(id, (task, now) => failed(task, attempt, reason, now))
  }

  release(id: number, attempt: number): Promise<void> {
    return this.change(id, (task, now) => released(task, attempt, now))
  }
}
