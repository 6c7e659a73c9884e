import { describe, expect, it } from '@jest/globals'
import { serversOnly, stateChange } from '../../model/model-fleet.ts'

describe('a batch of events', () => {
  it('tells since when the instances run that it registered, also after a second look', async () => {
    const fleet = serversOnly(1)
    const [ready, late] = [fleet.service(), fleet.service(undefined, 'pending')]
    const at = '2026-01-01T00:00:00Z'
    const events = [ready, late].map((each) => ({ ...stateChange(each, 'running'), time: at }))
    expect((await fleet.deliver(...events)).runningSince).toEqual([at])
    fleet.set(late, 'running')
    expect((await fleet.deliverLater()).runningSince).toEqual([at])
    expect((await fleet.deliver(...events)).runningSince).toEqual([])
  })

  it('tells no time of an instance that it removed', async () => {
    const fleet = serversOnly(1)
    const instance = fleet.service()
    await fleet.deliver(stateChange(instance, 'running'))
    const events = (['running', 'terminated'] as const).map((state) => ({
      ...stateChange(instance, state),
      time: '2026-01-01T00:00:00Z',
    }))
    expect(await fleet.deliver(...events)).toMatchObject({ report: { removed: 1 }, runningSince: [] })
  })

  it('tells no time of an event that did not say that the instance runs', async () => {
    const fleet = serversOnly(1)
    const events = [fleet.service(), fleet.service()].map((each) => ({
      ...stateChange(each, 'pending'),
      time: '2026-01-01T00:00:00Z',
    }))
    const timeless = stateChange(fleet.service(), 'running')
    expect(await fleet.deliver(...events, timeless)).toMatchObject({
      report: { registered: 3 },
      runningSince: [],
    })
  })
})
