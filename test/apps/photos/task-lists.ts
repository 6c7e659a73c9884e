import { expect, it } from '@jest/globals'
import type { StoredTask } from '../../../apps/photos/db/decisions.ts'
import type { TaskStore } from '../../../apps/photos/db/task-store.ts'
import { resultsOf } from './task-samples.ts'

/** A store in the middle of its contract. */
interface TasksAtWork {
  tasks(): TaskStore
  /** Makes a task whose picture is stored; returns its id. */
  stored(): Promise<number>
  take(): Promise<StoredTask>
  /** Milliseconds. */
  clock: { now: number }
}

/** What every implementation of `TaskStore` shows of many tasks. */
export function listsContract({ tasks, stored, take, clock }: TasksAtWork): void {
  it('returns what changed since a time, oldest change first, in pages', async () => {
    const ids = [await stored(), await stored(), await stored()]
    const all = await tasks().changedSince(0, 10)
    expect(all.map(({ id }) => id)).toEqual(ids)
    clock.now += 10
    const first = all[0]?.changedAt ?? 0
    expect((await tasks().changedSince(first, 2)).map(({ id }) => id)).toEqual([0, 1])
    const lease = await take()
    const later = await tasks().changedSince(clock.now, 10)
    expect(later).toEqual([lease])
    expect((await tasks().changedSince(0, 10)).at(-1)).toEqual(lease)
  })

  it('gives each change of a task a later time, even within a millisecond', async () => {
    const id = await stored()
    const before = await tasks().read(id)
    const lease = await take()
    await tasks().finish(id, 1, resultsOf(1))
    const after = await tasks().read(id)
    expect([lease.changedAt > before.changedAt, after.changedAt > lease.changedAt]).toEqual([true, true])
  })

  it('pages through all tasks, newest first', async () => {
    for (let count = 0; count < 5; count += 1) await stored()
    expect((await tasks().newest(2)).map(({ id }) => id)).toEqual([4, 3])
    expect((await tasks().newest(2, 3)).map(({ id }) => id)).toEqual([2, 1])
    expect((await tasks().newest(2, 1)).map(({ id }) => id)).toEqual([0])
    expect(await tasks().newest(2, 0)).toEqual([])
  })
}
