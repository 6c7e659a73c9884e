import { describe, expect, it } from '@jest/globals'
import { consulState } from '../../cli/stage/consul-state.ts'
import { isWhole, NO_INQUIRIES, type ServiceGroup, serviceStatus } from '../../cli/stage/service-status.ts'
import type { StageSources } from '../../cli/stage/stage-sources.ts'
import { consulText } from '../../cli/text/consul-text.ts'
import type { ClusterView, ConsulServer } from '../../core/base/catalog.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { Release } from '../../core/deploy/releases.ts'
import { SHOP_TARGET } from '../support/shop-target.ts'
import { shopGroup as group } from './shop-group.ts'

const cluster = (alive: Record<string, boolean>, leader: string | null = '10.0.0.1:8300'): ClusterView => ({
  leader,
  nodes: Object.entries(alive).map(([address, is]) => ({ name: `i-${address}`, address, alive: is })),
  voters: Object.keys(alive),
  stranded: [],
  doubted: [],
})
const three = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({ instanceId: `i-${address}`, address }))
const mute = () => {
  throw new ServiceFailure(
    'Consul at 10.0.0.3 answered GET /v1/health/service/web with 500: No cluster leader',
  )
}
/** A stage with three wanted servers of which these run and answer with these views. */
const consulOf = (running: ConsulServer[], view: (server: ConsulServer) => ClusterView): StageSources => ({
  fleet: {
    group: async () => ({
      desired: 3,
      max: 5,
      members: three.map(({ instanceId: id }) => ({ id, stage: 'serving', current: true })),
      targetGroups: [],
    }),
  },
  catalog: {
    health: async () => mute(),
    cluster: async (server) => view(server),
    listing: async (server) => ({ server, entries: [] }),
  },
  servers: async () => running,
  targets: async () => new Map(),
})
const ONE_DEAD = cluster({ '10.0.0.1': true, '10.0.0.2': true, '10.0.0.3': false })

describe('the status of Consul', () => {
  it.each<[string, ConsulServer[], (server: ConsulServer) => ClusterView, string]>([
    [
      'a server that was killed',
      three.slice(0, 2),
      () => ONE_DEAD,
      '2 of 3 servers alive, leader 10.0.0.1:8300; i-10.0.0.3 at 10.0.0.3 has ended',
    ],
    [
      'a dead server beside its successor, never more than are wanted',
      [...three.slice(0, 2), { instanceId: 'i-10.0.0.4', address: '10.0.0.4' }],
      () => cluster({ '10.0.0.1': true, '10.0.0.2': true, '10.0.0.3': true, '10.0.0.4': true }),
      '3 of 3 servers alive, leader 10.0.0.1:8300',
    ],
    [
      'a server that hangs',
      three,
      ({ address }) =>
        address === '10.0.0.3' ? mute() : cluster({ '10.0.0.1': true, '10.0.0.2': true, '10.0.0.3': true }),
      '2 of 3 servers alive, leader 10.0.0.1:8300; i-10.0.0.3 at 10.0.0.3 does not answer',
    ],
    [
      'a server that gossip has lost',
      three,
      () => ONE_DEAD,
      '2 of 3 servers alive, leader 10.0.0.1:8300; i-10.0.0.3 at 10.0.0.3 is not alive to the other Consul servers',
    ],
    [
      'no leader',
      three.slice(0, 1),
      () => cluster({}, null),
      '1 of 3 servers alive, no leader (an election is on)',
    ],
    ['no server', [], mute, 'none of 3 servers answers: no Consul server runs'],
  ])('with %s', async (_what, running, view, text) => {
    expect(consulText(await consulState(consulOf(running, view), 'dev'))).toBe(text)
  })

  it('says of one dead server no word against the others', async () => {
    const target = { ...SHOP_TARGET, kind: 'consulserver' as const, catalog: [] }
    const sources = consulOf(three.slice(0, 2), () => ONE_DEAD)
    const view = await sources.fleet.group('consul')
    const status = await serviceStatus(sources, { ...group('consul'), target, view }, NO_INQUIRIES)
    expect(status).toMatchObject({
      healthy: 2,
      problems: { 'i-10.0.0.3': 'has no vote in the Consul cluster yet' },
    })
  })
})

describe('a service', () => {
  const healthy = NO_INQUIRIES
  it('without a leader of Consul has unknown health, said once and with the reason', async () => {
    const status = await serviceStatus(consulOf(three, mute), group('web'), healthy)
    expect(status).toMatchObject({
      healthy: null,
      wrong: ['health is unknown: Consul has no leader'],
      problems: {},
    })
    expect(isWhole(status)).toBe(false)
  })

  it.each<[string, Partial<ServiceGroup>, object, string[]]>([
    [
      'whose page does not answer',
      { url: 'http://web/' },
      { page: async () => 'nobody listens there' },
      ['http://web/ does not answer: nobody listens there'],
    ],
    [
      'whose group launches nothing',
      { view: { desired: 2, max: 2, members: [], targetGroups: [] } },
      { refusal: async () => 'no capacity' },
      ['its group cannot launch: no capacity'],
    ],
    [
      'whose launch template lacks its version',
      { view: { desired: 2, max: 2, members: [], targetGroups: [], unlaunchable: 'lt-1 has no version 8' } },
      {},
      ['its group cannot launch: lt-1 has no version 8'],
    ],
    [
      'whose stack somebody removed',
      { view: undefined, release: { release: 3, services: {} } as unknown as Release },
      {},
      ['has no group nanofleet-dev-shop-web: somebody removed its stack; deploy it again'],
    ],
    [
      'whose program listens on all addresses of the machine',
      {},
      {
        open: async () =>
          new Map([
            ['i-web', ['0.0.0.0:8080']],
            ['i-other', ['0.0.0.0:1']],
          ]),
      },
      [
        'listens where other machines reach it, i-web on 0.0.0.0:8080: its program has to take its address from HOST',
      ],
    ],
    [
      'of which none is wanted',
      { url: 'http://web/', view: { desired: 0, max: 2, members: [], targetGroups: [] } },
      { page: async () => 'nobody listens there' },
      [],
    ],
  ])('%s says so', async (_kind, change, answers, wrong) => {
    const all = { ...group('web'), target: { ...SHOP_TARGET, catalog: [] }, ...change }
    const status = await serviceStatus(consulOf([], mute), all, { ...healthy, ...answers })
    expect(status.wrong).toEqual(wrong)
    expect(isWhole(status)).toBe(wrong.length === 0)
  })
})
