import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { HealingStore } from '../../core/healing/record.ts'
import type { HeldStore } from '../../core/registration/held.ts'

/** An empty record of sick instances. */
export interface HealingUnderTest {
  store: HealingStore
  stop(): Promise<void>
}

/** What every implementation of `HealingStore` does. */
export function healingContract(name: string, start: () => Promise<HealingUnderTest>): void {
  it(`the record of sick instances ${name} is kept, and saved only over the version before it`, async () => {
    const { store, stop } = await start()
    try {
      const at = '2026-01-01T00:00:00.000Z'
      const record = { version: 1, at, sick: { 'i-1': { since: at } }, groups: { web: { times: 2, at } } }
      expect(await store.load()).toBeNull()
      expect(await store.save({ ...record, version: 2 })).toBe(false)
      expect(await store.save(record)).toBe(true)
      expect(await store.save({ ...record, sick: {} })).toBe(false)
      expect(await store.load()).toEqual(record)
      expect(await store.save({ ...record, version: 2, sick: {} })).toBe(true)
      expect(await store.load()).toEqual({ ...record, version: 2, sick: {} })
    } finally {
      await stop()
    }
  }, 120_000)
}

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
