import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { LaterQueue } from '../../core/registration/departures.ts'

/** A queue that nobody else writes to or reads. */
export interface LaterUnderTest {
  later: LaterQueue
  /** Messages that arrive within this many seconds from now; they are removed from the queue. */
  arrivals(seconds: number): Promise<string[]>
  stop(): Promise<void>
}

/** What every implementation of `LaterQueue` does. */
export function laterContract(name: string, start: () => Promise<LaterUnderTest>): void {
  describe(`the queue of later work ${name}`, () => {
    let under: LaterUnderTest
    beforeAll(async () => {
      under = await start()
    }, 120_000)
    afterAll(() => under?.stop())

    it('delivers what was sent unchanged', async () => {
      const body = JSON.stringify({ reason: 'läuft aus', quote: '"<&>"' })
      await under.later.send(body, 0)
      expect(await under.arrivals(1)).toEqual([body])
    })

    it('holds a message back for its delay', async () => {
      await under.later.send('soon', 0)
      await under.later.send('later', 2)
      expect(await under.arrivals(1)).toEqual(['soon'])
      expect(await under.arrivals(2)).toEqual(['later'])
    }, 10_000)

    it('refuses a delay above 15 minutes', async () => {
      await expect(under.later.send('much later', 901)).rejects.toThrow(ServiceFailure)
      await expect(under.later.send('much later', 901)).rejects.toThrow('takes no message')
    })
  })
}
