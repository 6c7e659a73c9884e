import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { HeldStore } from '../../core/registration/held.ts'

/** An empty store. */
export interface HeldUnderTest {
  held: HeldStore
  stop(): Promise<void>
}

/** What every implementation of `HeldStore` does. */
export function heldContract(name: string, start: () => Promise<HeldUnderTest>): void {
  describe(`the store of held removals ${name}`, () => {
    let under: HeldUnderTest
    beforeAll(async () => {
      under = await start()
    }, 120_000)
    afterAll(() => under?.stop())

    it('holds nothing at first, then only what was saved last', async () => {
      expect(await under.held.load()).toBeNull()
      await under.held.save({ instanceIds: ['i-1', 'i-2'], at: '2026-01-01T00:00:00.000Z' })
      const second = { instanceIds: ['i-3'], at: '2026-01-01T00:01:00.000Z' }
      await under.held.save(second)
      expect(await under.held.load()).toEqual(second)
    })

    it('can hold an empty list, which is not nothing', async () => {
      const none = { instanceIds: [], at: '2026-01-01T00:02:00.000Z' }
      await under.held.save(none)
      expect(await under.held.load()).toEqual(none)
    })
  })
}
