import { describe, expect, it } from '@jest/globals'
import { burst, queueSettings } from '../../model/burst.ts'

const { batch, atOnce } = queueSettings()

describe('500 instances that start at the same moment', () => {
  it.each([
    { fleet: 100, lag: 0 },
    { fleet: 100, lag: 2 },
    { fleet: 10_000, lag: 0 },
    { fleet: 10_000, lag: 2 },
  ])('are registered and leave EC2 tokens: a fleet of $fleet, EC2 $lag s late', async ({ fleet, lag }) => {
    const course = await burst({ fleet, events: 500, lag })
    expect(course.order.length).toBe(500)
    expect(course.throttled).toBe(0)
    expect(course.lowest).toBeGreaterThan(0)
  })

  it('come to Consul in batches, no more at once than the queue hands out', async () => {
    const { atOnce: calls } = await burst({ fleet: 100, events: 500, lag: 0 })
    expect(calls).toBeLessThanOrEqual(batch * atOnce)
  })

  it('get into DNS in the order in which they started: nobody is overtaken by more than the batches at work', async () => {
    const { order, arrived } = await burst({ fleet: 100, events: 500, lag: 0 })
    const early = order.map((id, index) => arrived.indexOf(id) - index)
    expect(Math.max(...early.map(Math.abs))).toBeLessThanOrEqual(batch * atOnce)
  })
})
