import { expect, it } from '@jest/globals'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { checkService } from '../../../core/deploy/check-service.ts'
import { MemoryFleet } from '../../support/memory-fleet.ts'
import { SHOP_TARGET } from '../../support/shop-target.ts'

it('is judged by its load balancer alone, and no Consul server is asked, when Consul knows no name of it', async () => {
  const now = new Date('2026-01-01T00:00:00Z')
  const fleet = new MemoryFleet(() => now)
  fleet.stand('group', {
    desired: 1,
    max: 9,
    members: [{ id: 'i-1', stage: 'serving', current: true }],
    targetGroups: ['tg'],
  })
  const down = async () => {
    throw new ServiceFailure('the platform is down')
  }
  const ports = {
    fleet,
    catalog: {
      health: down,
      listing: async (server: ConsulServer) => ({ server, entries: [] }),
      cluster: down,
    },
    startSeconds: 300,
    servers: down,
    targets: async () => new Map([['i-1', { state: 'healthy', description: '' }]]),
  }
  const { step } = await checkService(ports, 'group', { ...SHOP_TARGET, catalog: [] }, {}, now)
  expect(step).toEqual({ action: 'done' })
})
