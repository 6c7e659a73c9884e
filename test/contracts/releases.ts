import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { LockHeld, NotFound } from '../../core/base/errors.ts'
import type { LockTable } from '../../core/deploy/lock.ts'
import type { Release, ReleaseBook } from '../../core/deploy/releases.ts'

/** A book that nobody else writes to, with the locks that it checks. */
export interface ReleasesUnderTest {
  book: ReleaseBook
  locks: LockTable
  stop(): Promise<void>
}

const OWNER = 'arn:aws:states:eu-west-1:000000000000:execution:nanofleet-test-deploy:one'

const release = (number: number): Release => ({
  release: number,
  bundle: `b${number}`,
  services: {
    web: { hash: `h${number}`, imageId: `ami-0${number}`, count: 2, definition: 'd1' },
    worker: { hash: 'h0', imageId: 'ami-00', count: 0, definition: '' },
  },
  at: '2026-01-01T00:00:00.000Z',
  execution: OWNER,
})

/** What every implementation of `ReleaseBook` does. */
export function releasesContract(name: string, start: () => Promise<ReleasesUnderTest>): void {
  describe(`the book of releases ${name}`, () => {
    let under: ReleasesUnderTest
    let book: ReleaseBook
    beforeAll(async () => {
      under = await start()
      book = under.book
    }, 120_000)
    afterAll(() => under?.stop())

    /** An app whose lock OWNER holds. */
    const owned = async (app: string): Promise<string> => {
      await under.locks.take(app, OWNER, undefined, new Date())
      return app
    }

    it('has nothing for an app that was never deployed', async () => {
      expect(await book.current('never')).toBeUndefined()
      expect(await book.kept('never')).toEqual([])
      expect(await book.overrides('never')).toEqual({})
      await expect(book.release('never', 1)).rejects.toThrow(NotFound)
    })

    it('returns the last release as the current one, and earlier ones by number', async () => {
      const app = await owned('web')
      await book.record(app, release(1), OWNER)
      await book.record(app, release(2), OWNER)
      expect(await book.current(app)).toEqual(release(2))
      expect(await book.release(app, 1)).toEqual(release(1))
      await expect(book.release(app, 3)).rejects.toThrow('web: release 3 is not kept')
    })

    it('accepts the same release twice, as from a repeated step', async () => {
      const app = await owned('twice')
      await book.record(app, release(1), OWNER)
      await book.record(app, release(1), OWNER)
      expect(await book.current(app)).toEqual(release(1))
    })

    it('keeps the last releases, in the order of their numbers', async () => {
      const app = await owned('old')
      const last = 10 + 2
      for (let number = 1; number <= last; number++) await book.record(app, release(number), OWNER)
      await expect(book.release(app, 2)).rejects.toThrow(NotFound)
      expect((await book.release(app, 3)).release).toBe(3)
      expect((await book.current(app))?.release).toBe(last)
      const kept = Array.from({ length: 10 }, (_, index) => release(index + 3))
      expect(await book.kept(app)).toEqual(kept)
    })

    it('writes nothing for an execution that does not hold the lock', async () => {
      const app = await owned('guarded')
      await book.record(app, release(1), OWNER)
      await expect(book.record(app, release(2), 'another')).rejects.toThrow(LockHeld)
      await expect(book.override(app, 'web', { count: 9, manifestCount: 2 }, 'another')).rejects.toThrow(
        'guarded: the lock has gone to another execution',
      )
      expect(await book.current(app)).toEqual(release(1))
      expect(await book.overrides(app)).toEqual({})
      await under.locks.free(app, OWNER)
      await expect(book.record(app, release(2), OWNER)).rejects.toThrow(LockHeld)
    })

    it('keeps the last count that was set by hand, by service', async () => {
      const app = await owned('scaled')
      await book.override(app, 'web', { count: 4, manifestCount: 2 }, OWNER)
      await book.override(app, 'web', { count: 3, manifestCount: 2 }, OWNER)
      await book.override(app, 'worker', { count: 0, manifestCount: 1 }, OWNER)
      expect(await book.overrides(app)).toEqual({
        web: { count: 3, manifestCount: 2 },
        worker: { count: 0, manifestCount: 1 },
      })
    })

    it('names the apps that have a current release, by name', async () => {
      for (const app of ['zebra', 'ant']) await book.record(await owned(app), release(1), OWNER)
      await book.override(await owned('bee'), 'web', { count: 1, manifestCount: 2 }, OWNER)
      const apps = await book.deployedApps()
      expect(apps.filter((app) => ['ant', 'bee', 'zebra'].includes(app))).toEqual(['ant', 'zebra'])
    })

    it('forgets everything about an app except its lock, and again without an error', async () => {
      const app = await owned('gone')
      await book.record(app, release(1), OWNER)
      await book.override(app, 'web', { count: 4, manifestCount: 2 }, OWNER)
      await book.forget(app)
      await book.forget(app)
      expect(await book.current(app)).toBeUndefined()
      expect(await book.overrides(app)).toEqual({})
      await expect(book.release(app, 1)).rejects.toThrow(NotFound)
      expect(await book.deployedApps()).not.toContain(app)
      expect(await under.locks.read(app)).toMatchObject({ owner: OWNER, fence: 1 })
    })
  })
}
