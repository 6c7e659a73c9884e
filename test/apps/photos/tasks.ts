import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { LEASE_MS, type NewTask, type StoredTask } from '../../../apps/photos/db/decisions.ts'
import type { TaskStore } from '../../../apps/photos/db/task-store.ts'
import { listsContract } from './task-lists.ts'
import { PICTURE, resultsOf } from './task-samples.ts'

/** A store and its clock. */
export interface TasksUnderTest {
  /** A store without tasks, with this clock; `again` makes more of them on the same tasks. */
  fresh(clock: () => number): Promise<{ tasks: TaskStore; again: () => TaskStore }>
  stop(): Promise<void>
}

/** What every implementation of `TaskStore` does. */
export function tasksContract(name: string, start: () => Promise<TasksUnderTest>): void {
  describe(`the tasks ${name}`, () => {
    let under: TasksUnderTest
    let tasks: TaskStore
    let again: () => TaskStore
    const clock = { now: 0 }
    beforeAll(async () => {
      under = await start()
    }, 120_000)
    afterAll(() => under?.stop())
    beforeEach(async () => {
      clock.now = 1_790_000_000_000
      const made = await under.fresh(() => clock.now)
      tasks = made.tasks
      again = made.again
    })

    const made = async (wanted: Partial<NewTask> = {}) =>
      (await tasks.create({ filter: 'invert', ...wanted })).task.id
    const stored = async (wanted: Partial<NewTask> = {}): Promise<number> => {
      const id = await made(wanted)
      clock.now += 1
      await tasks.ready(id, PICTURE)
      return id
    }
    const take = async (worker = 'w'): Promise<StoredTask> => {
      const task = await tasks.next(worker)
      if (!task) throw new Error('there is no task to take')
      return task
    }

    it('counts ids from 0', async () => {
      expect([await made(), await made(), await made()]).toEqual([0, 1, 2])
    })

    it('gives each of many simultaneous tasks its own id', async () => {
      const ids = await Promise.all(Array.from({ length: 12 }, () => made()))
      expect(ids.toSorted((a, b) => a - b)).toEqual([...ids.keys()])
    })

    it('makes one task for a token, however often it comes, even at the same time', async () => {
      const all = await Promise.all(
        Array.from({ length: 5 }, () => again().create({ filter: 'invert', token: 't' })),
      )
      expect(new Set(all.map(({ task }) => task.id)).size).toBe(1)
      expect(all.filter(({ isNew }) => isNew)).toHaveLength(1)
      expect((await tasks.create({ filter: 'invert', token: 'other' })).isNew).toBe(true)
    })

    it('refuses a token that comes again with another filter', async () => {
      await made({ token: 't' })
      await expect(tasks.create({ filter: 'sepia', token: 't' })).rejects.toMatchObject({
        status: 422,
        message:
          'The token belongs to a task with the filter invert, not sepia; send the picture with a new token.',
      })
    })

    it("finds a token's task that has moved on", async () => {
      const id = await stored({ token: 't' })
      const { attempt } = await take()
      await tasks.finish(id, attempt, resultsOf(attempt))
      clock.now += 30 * 24 * 3600 * 1000
      const { task, isNew } = await tasks.create({ filter: 'invert', token: 't' })
      expect([isNew, task.id, task.state]).toEqual([false, id, 2])
    })

    it('shows and hands out nothing whose picture is not stored', async () => {
      await made()
      expect(await tasks.next('w')).toBeUndefined()
      expect(await tasks.newest(10)).toEqual([])
      expect(await tasks.changedSince(0, 10)).toEqual([])
    })

    it('forgets a task that gets no picture within a day, and its token', async () => {
      const id = await made({ token: 't' })
      clock.now += 24 * 3600 * 1000 - 1
      expect((await tasks.read(id)).state).toBe(-1)
      clock.now += 1
      await expect(tasks.read(id)).rejects.toMatchObject({ status: 404, message: `There is no task ${id}.` })
      await expect(tasks.ready(id, PICTURE)).rejects.toMatchObject({ status: 404 })
      const renewed = await tasks.create({ filter: 'sepia', token: 't' })
      expect(renewed.isNew).toBe(true)
      await tasks.ready(renewed.task.id, PICTURE)
      expect((await tasks.create({ filter: 'sepia', token: 't' })).task).toMatchObject({
        id: renewed.task.id,
        state: 0,
      })
    })

    it('says 404 for every verb on a task that does not exist', async () => {
      const refused = { status: 404, message: 'There is no task 7.' }
      await expect(tasks.read(7)).rejects.toMatchObject(refused)
      await expect(tasks.ready(7, PICTURE)).rejects.toMatchObject(refused)
      await expect(tasks.finish(7, 1, resultsOf(1))).rejects.toMatchObject(refused)
      await expect(tasks.fail(7, 1, 'x')).rejects.toMatchObject(refused)
      await expect(tasks.release(7, 1)).rejects.toMatchObject(refused)
    })

    it('accepts a picture once, whatever is said about it later', async () => {
      const id = await stored({ name: 'cat.png' })
      const first = await tasks.read(id)
      expect(first).toMatchObject({ state: 0, name: 'cat.png', original: 'original', ...PICTURE })
      clock.now += 5
      await tasks.ready(id, { ...PICTURE, width: 9 })
      expect(await tasks.read(id)).toEqual(first)
    })

    it('leads a task from ready to finished, with all times', async () => {
      const id = await stored()
      clock.now += 10
      const lease = await take('i-0abc')
      expect(lease).toMatchObject({ id, state: 1, attempt: 1, worker: 'i-0abc', until: clock.now + LEASE_MS })
      clock.now += 700
      await tasks.finish(id, 1, resultsOf(1))
      const done = await tasks.read(id)
      expect(done).toMatchObject({
        state: 2,
        attempt: 1,
        worker: 'i-0abc',
        ...resultsOf(1),
        finishedAt: clock.now,
        changedAt: clock.now,
      })
      expect(done).not.toHaveProperty('until')
      expect(await tasks.next('w')).toBeUndefined()
    })

    it('accepts the same finish twice, as an answer may get lost', async () => {
      const id = await stored()
      await take()
      await tasks.finish(id, 1, resultsOf(1))
      const done = await tasks.read(id)
      clock.now += 50
      await tasks.finish(id, 1, resultsOf(1))
      expect(await tasks.read(id)).toEqual(done)
    })

    it('gives each of many simultaneous takers a different task', async () => {
      for (let count = 0; count < 8; count += 1) await stored()
      clock.now += 1
      const taken: StoredTask[] = []
      for (let round = 0; round < 4 && taken.length < 8; round += 1) {
        const leases = await Promise.all(Array.from({ length: 8 }, (_, n) => again().next(`w${n}`)))
        taken.push(...leases.filter((lease) => lease !== undefined))
      }
      expect(taken.map(({ id }) => id).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
      expect(taken.map(({ attempt }) => attempt)).toEqual(Array(8).fill(1))
    })

    it('hands a task out again once its lease is over, and refuses the late report', async () => {
      const id = await stored()
      await take('slow')
      clock.now += LEASE_MS - 1
      expect(await tasks.next('quick')).toBeUndefined()
      clock.now += 1
      await expect(tasks.finish(id, 1, resultsOf(1))).rejects.toMatchObject({ status: 409 })
      const lease = await take('quick')
      expect(lease).toMatchObject({ attempt: 2, worker: 'quick', reason: 'not finished within 20 s' })
      for (const late of [
        () => tasks.finish(id, 1, resultsOf(1)),
        () => tasks.fail(id, 1, 'late'),
        () => tasks.release(id, 1),
      ]) {
        await expect(late()).rejects.toMatchObject({
          status: 409,
          message: `Attempt 1 does not hold task ${id}.`,
        })
      }
      expect(await tasks.read(id)).toEqual(lease)
      await tasks.finish(id, 2, resultsOf(2))
      const done = await tasks.read(id)
      expect(done).toMatchObject({ state: 2, result: 'result-2.png' })
      expect(done).not.toHaveProperty('reason')
    })

    it('fails a task for good after three failed attempts, with the last reason', async () => {
      const id = await stored()
      for (const attempt of [1, 2, 3]) {
        clock.now += 1
        expect((await take()).attempt).toBe(attempt)
        await tasks.fail(id, attempt, `broken ${attempt}`)
        expect(await tasks.read(id)).toMatchObject({
          reason: `broken ${attempt}`,
          state: attempt < 3 ? 0 : 3,
        })
      }
      clock.now += LEASE_MS
      expect(await tasks.next('w')).toBeUndefined()
    })

    it('fails a task for good when its third lease runs out, and hands out the next one', async () => {
      const lost = await stored()
      for (const attempt of [1, 2, 3]) {
        clock.now += LEASE_MS
        expect((await take()).attempt).toBe(attempt)
      }
      const other = await stored()
      clock.now += LEASE_MS
      expect((await take()).id).toBe(other)
      expect(await tasks.next('w')).toBeUndefined()
      expect(await tasks.read(lost)).toMatchObject({ state: 3, reason: 'not finished within 20 s' })
    })

    it('hands out a released task at once, and does not count it as a failure', async () => {
      const id = await stored()
      for (let attempt = 1; attempt <= 5; attempt += 1) {
        clock.now += 1
        expect((await take()).attempt).toBe(attempt)
        await tasks.release(id, attempt)
        expect((await tasks.read(id)).state).toBe(0)
      }
      clock.now += 1
      const lease = await take()
      await tasks.fail(id, lease.attempt, 'broken')
      expect((await tasks.read(id)).state).toBe(0)
    })

    listsContract({ tasks: () => tasks, stored, take, clock })
  })
}
