import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { foreignEvents } from '../live/foreign.ts'
import { catalogEntries } from '../live/names.ts'
import { withWeb } from '../live/stage.ts'
import { untilWhole } from '../live/web.ts'

describe('events of instances outside the fleet', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
    await untilWhole(context, 2, 30)
  }, 240_000)

  it('cause no errors, no dead letters, no changes and at most one call to EC2 per batch', async () => {
    const [row] = await appStatus(context, 'web')
    const entries = await catalogEntries(context, 'web')
    const { batches, rounds, calls, deadLetters } = await foreignEvents(context, row?.imageId ?? '')
    expect(batches.length).toBeGreaterThan(0)
    expect([...batches, ...rounds].filter((line) => line.includes('ERROR'))).toEqual([])
    expect(deadLetters).toBe(0)
    expect(calls).toContain('DescribeInstances')
    expect(calls.length).toBeLessThanOrEqual(batches.length + rounds.length)
    expect(await catalogEntries(context, 'web')).toEqual(entries)
  }, 90_000)
})
