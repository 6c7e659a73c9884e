import type { CatalogEntry, ClusterView, ConsulServer } from '../../../core/base/catalog.ts'
import { checkService, type HealthPorts } from '../../../core/deploy/check-service.ts'
import type { GroupEvent, GroupView } from '../../../core/deploy/fleet.ts'
import { MemoryFleet } from '../../support/memory-fleet.ts'
import { SHOP_TARGET as target } from '../../support/shop-target.ts'

export const now = new Date('2026-01-01T00:00:00Z')
export const group: GroupView = {
  desired: 1,
  max: 9,
  members: [{ id: 'i-1', stage: 'serving', current: true }],
  targetGroups: ['tg'],
}
export const servers: ConsulServer[] = [
  { instanceId: 'i-c1', address: '10.0.0.1' },
  { instanceId: 'i-c2', address: '10.0.0.2' },
]
export const passing = { instanceId: 'i-1', status: 'passing', meta: {} } as CatalogEntry
export const seesBoth: ClusterView = {
  leader: '10.0.0.1:8300',
  nodes: servers.map(({ address }) => ({ name: address, address, alive: true })),
  voters: servers.map(({ address }) => address),
  stranded: [],
  doubted: [],
}

/** What a check meets; all is well where it does not say otherwise. */
export interface World {
  group?: GroupView | undefined
  troubles?: GroupEvent[]
  health?: (server: ConsulServer) => CatalogEntry[]
  listing?: (server: ConsulServer) => CatalogEntry[]
  cluster?: (server: ConsulServer) => ClusterView
  target?: string
}

export function ports(world: World): HealthPorts {
  const fleet = new MemoryFleet(() => now)
  const view = 'group' in world ? world.group : group
  if (view) fleet.stand('group', view)
  if (world.troubles) fleet.report('group', ...world.troubles)
  fleet.lines.set('i-1', 'panic: no database')
  return {
    fleet,
    catalog: {
      health: async (server) => ({ web: (world.health ?? (() => [passing]))(server) }),
      listing: async (server) => ({ server, entries: world.listing?.(server) ?? [] }),
      cluster: async (server) => (world.cluster ?? (() => seesBoth))(server),
    },
    servers: async () => servers,
    startSeconds: 30,
    targets: async () => new Map([['i-1', { state: world.target ?? 'healthy', description: '' }]]),
  }
}
export const check = async (world: World, wanted = target) =>
  (await checkService(ports(world), 'group', wanted, {}, now)).step
