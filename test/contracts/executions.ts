import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Executions } from '../../core/deploy/lock.ts'

/** Executions of a workflow that runs until it is stopped. */
export interface ExecutionsUnderTest {
  executions: Executions
  /** Starts one; resolves to its ARN. */
  begin(): Promise<string>
  end(arn: string): Promise<void>
  stop(): Promise<void>
}

/** What every implementation of `Executions` does. */
export function executionsContract(name: string, start: () => Promise<ExecutionsUnderTest>): void {
  describe(`the executions ${name}`, () => {
    let under: ExecutionsUnderTest
    beforeAll(async () => {
      under = await start()
    }, 120_000)
    afterAll(() => under?.stop())

    it('run from their start to their end, whatever else is running', async () => {
      const [one, other] = [await under.begin(), await under.begin()]
      expect(await under.executions.runs(one)).toBe(true)
      await under.end(one)
      expect(await under.executions.runs(one)).toBe(false)
      expect(await under.executions.runs(other)).toBe(true)
      await under.end(other)
    })

    it('are over when they are unknown', async () => {
      const known = await under.begin()
      expect(await under.executions.runs(known.replace(/[^:]+$/, 'forgotten'))).toBe(false)
      await under.end(known)
    })
  })
}
