import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { LockTable } from '../../core/deploy/lock.ts'

/** Locks that nobody else takes. */
export interface LocksUnderTest {
  locks: LockTable
  stop(): Promise<void>
}

const at = new Date('2026-01-01T00:00:00.000Z')
const later = new Date('2026-01-01T00:00:09.000Z')

/** What every implementation of `LockTable` does. */
export function locksContract(name: string, start: () => Promise<LocksUnderTest>): void {
  describe(`the lock table ${name}`, () => {
    let under: LocksUnderTest
    let locks: LockTable
    beforeAll(async () => {
      under = await start()
      locks = under.locks
    }, 120_000)
    afterAll(() => under?.stop())

    it('knows nothing about an app that nobody has worked on', async () => {
      expect(await locks.read('never')).toBeUndefined()
    })

    it('shows who took a lock and when', async () => {
      expect(await locks.take('shown', 'one', undefined, at)).toBe(1)
      expect(await locks.read('shown')).toEqual({ owner: 'one', fence: 1, since: at.toISOString() })
    })

    it('gives a lock to the first of two that saw it free', async () => {
      const takes = ['one', 'two', 'three'].map((owner) => locks.take('raced', owner, undefined, at))
      const fences = await Promise.all(takes)
      expect(fences.filter((fence) => fence !== undefined)).toEqual([1])
    })

    it('gives a held lock only to a caller that has seen its holder', async () => {
      await locks.take('held', 'one', undefined, at)
      expect(await locks.take('held', 'two', undefined, later)).toBeUndefined()
      expect(await locks.take('held', 'two', { owner: 'zero', fence: 1 }, later)).toBeUndefined()
      expect(await locks.take('held', 'two', { owner: 'one', fence: 1 }, later)).toBe(2)
      expect(await locks.read('held')).toEqual({ owner: 'two', fence: 2, since: later.toISOString() })
    })

    it('does not give a freed lock to a caller that has seen a holder', async () => {
      await locks.take('stale', 'one', undefined, at)
      await locks.free('stale', 'one')
      expect(await locks.take('stale', 'two', { owner: 'one', fence: 1 }, later)).toBeUndefined()
    })

    it('keeps the fence number of a freed lock and continues from it', async () => {
      await locks.take('freed', 'one', undefined, at)
      expect(await locks.free('freed', 'one')).toBe(true)
      const seen = await locks.read('freed')
      expect(seen).toEqual({ fence: 1 })
      expect(await locks.take('freed', 'two', seen, later)).toBe(2)
    })

    it('frees a lock only for its holder, and once', async () => {
      await locks.take('kept', 'one', undefined, at)
      expect(await locks.free('kept', 'two')).toBe(false)
      expect(await locks.read('kept')).toMatchObject({ owner: 'one' })
      expect(await locks.free('kept', 'one')).toBe(true)
      expect(await locks.free('kept', 'one')).toBe(false)
    })

    it('frees nothing for an app that nobody has worked on, and leaves no trace of it', async () => {
      expect(await locks.free('unknown', 'one')).toBe(false)
      expect(await locks.read('unknown')).toBeUndefined()
    })

    it('keeps the locks of two apps apart', async () => {
      await locks.take('left', 'one', undefined, at)
      expect(await locks.take('right', 'two', undefined, at)).toBe(1)
    })
  })
}
