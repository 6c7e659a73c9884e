import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { advanceService } from '../../../core/deploy/advance-service.ts'
import { nextStep } from '../../../core/deploy/capacity.ts'
import type { GroupView } from '../../../core/deploy/fleet.ts'
import { MemoryFleet } from '../../support/memory-fleet.ts'
import { SHOP_TARGET } from '../../support/shop-target.ts'

const group: GroupView = {
  desired: 1,
  max: 9,
  members: [{ id: 'i-1', stage: 'serving', current: true }],
  standby: ['i-2'],
  targetGroups: [],
}

describe('an instance in standby', () => {
  it('does not keep its service from being done', () => {
    expect(nextStep(group, { count: 1, replacement: 'surge' }, new Map())).toEqual({ action: 'done' })
  })

  it('is ended first when nothing of the service is to be left', () => {
    expect(nextStep(group, { count: 0, replacement: 'surge' }, new Map())).toMatchObject({
      action: 'end',
      instances: ['i-2'],
    })
  })

  it('goes with the others when the service is taken down', async () => {
    const fleet = new MemoryFleet()
    fleet.stand('group', group)
    const ports = {
      fleet,
      catalog: {
        health: async () => ({}),
        listing: async (server: ConsulServer) => ({ server, entries: [] }),
        cluster: () => Promise.reject(new Error('nobody asks')),
      },
      startSeconds: 300,
      servers: async () => [],
      targets: async () => new Map(),
    }
    const clock = { now: () => new Date(), sleep: async () => {}, isWanted: async () => true }
    const { step } = await advanceService(ports, 'group', { ...SHOP_TARGET, count: 0 }, {}, clock)
    expect(step.action).toBe('done')
    expect(await fleet.group('group')).toMatchObject({ desired: 0, members: [], standby: [] })
  })
})
