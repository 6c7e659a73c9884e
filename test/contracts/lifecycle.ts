import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { LifecycleActions } from '../../core/registration/departures.ts'
import type { LifecycleAction } from '../../core/registration/hints.ts'

/** A group whose terminations wait for a go-ahead. */
export interface LifecycleUnderTest {
  lifecycle: LifecycleActions
  /** Starts a termination; resolves to its action once it is waiting. */
  hold(): Promise<LifecycleAction>
  /** Whether a termination is still waiting. */
  holds(action: LifecycleAction): Promise<boolean>
  stop(): Promise<void>
}

/** What every implementation of `LifecycleActions` does. */
export function lifecycleContract(name: string, start: () => Promise<LifecycleUnderTest>): void {
  describe(`the held terminations ${name}`, () => {
    let under: LifecycleUnderTest
    beforeAll(async () => {
      under = await start()
    }, 150_000)
    afterAll(() => under?.stop(), 60_000)

    it('continue when they are completed, and only those', async () => {
      const [first, second] = [await under.hold(), await under.hold()]
      expect(await under.holds(first)).toBe(true)
      await under.lifecycle.complete(first)
      for (let look = 0; look < 50 && (await under.holds(first)); look++) await sleep(100)
      expect(await under.holds(first)).toBe(false)
      expect(await under.holds(second)).toBe(true)
      await under.lifecycle.complete(second)
    }, 40_000)

    it('can be completed twice, or in a missing group, without an error', async () => {
      const action = await under.hold()
      await under.lifecycle.complete({ ...action, group: `${action.group}-never` })
      expect(await under.holds(action)).toBe(true)
      await under.lifecycle.complete(action)
      await under.lifecycle.complete(action)
    }, 40_000)
  })
}
