import { describe, expect, it } from '@jest/globals'
import type { InstanceFacts } from '../../adapters/aws/instance-facts.ts'
import { consulState } from '../../cli/stage/consul-state.ts'
import { type InstanceList, rowsOf } from '../../cli/stage/instance-list.ts'
import type { ServiceGroup } from '../../cli/stage/service-status.ts'
import type { StageSources } from '../../cli/stage/stage-sources.ts'
import { instancesText } from '../../cli/text/instances-text.ts'
import type { ClusterView, ConsulServer } from '../../core/base/catalog.ts'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import { SHOP_TARGET } from '../support/shop-target.ts'
import { second } from './runs.ts'

const facts = (id: string): InstanceFacts => ({
  id,
  state: 'running',
  address: '10.0.0.4',
  zone: 'eu-west-1a',
  type: 't3.micro',
  imageId: 'ami-1',
  launchedAt: second(0).toISOString(),
  app: 'shop',
  service: 'web',
  release: '3',
})
const group = (change: Partial<ServiceGroup['target']> = {}, targetGroups = ['tg']): ServiceGroup => ({
  target: { ...SHOP_TARGET, ...change },
  group: 'nanofleet-dev-shop-web',
  release: undefined,
  url: undefined,
  view: {
    desired: 1,
    max: 2,
    members: [{ id: 'i-1', stage: 'serving', current: true }],
    standby: ['i-2'],
    targetGroups,
  },
})
const server = { instanceId: 'i-c', address: '10.0.0.1' }
const sources = (change: Partial<StageSources> = {}): StageSources => ({
  fleet: { group: async () => undefined },
  catalog: {
    health: async () => ({ web: [] }),
    listing: async (server) => ({ server, entries: [] }),
    cluster: async () => {
      throw new ServiceFailure('no answer')
    },
  },
  servers: async () => [server],
  targets: async () => new Map([['i-1', { state: 'healthy', description: '' }]]),
  ...change,
})
const known = new Map([['i-1', facts('i-1')]])

describe('the instances of a service', () => {
  it('have what EC2, their group, Consul and the load balancer say', async () => {
    expect(await rowsOf(sources(), group(), known)).toEqual([
      {
        ...facts('i-1'),
        stage: 'serving',
        consul: { state: 'missing', why: 'Consul has no entry of it as web' },
        balancer: { state: 'healthy' },
      },
      expect.objectContaining({
        id: 'i-2',
        app: 'shop',
        service: 'web',
        stage: 'gone',
        balancer: { state: 'not registered' },
      }),
    ])
  })

  it.each([
    ['starting', undefined, 'starting'],
    ['starting', 'pending', 'starting'],
    ['starting', 'terminated', 'gone'],
    ['serving', undefined, 'gone'],
    ['leaving', 'terminated', 'gone'],
    ['leaving', 'shutting-down', 'leaving'],
  ] as const)('that are %s and %s in EC2 are %s', async (stage, state, shown) => {
    const { view, ...rest } = group()
    const members = [{ id: 'i-1', stage, current: true }]
    const seen = new Map(state && [['i-1', { ...facts('i-1'), state }]])
    const [row] = await rowsOf(sources(), { ...rest, view: view && { ...view, members } }, seen)
    expect(row).toMatchObject({ id: 'i-1', app: 'shop', service: 'web', stage: shown })
  })

  const failing = (error: Error) => async () => {
    throw error
  }
  it.each<[string, Partial<StageSources>]>([
    ['no Consul server runs', { servers: async () => [] }],
    [
      'no Consul server answers (late)',
      { catalog: { ...sources().catalog, health: failing(new ServiceFailure('late')) } },
    ],
    [
      'not allowed',
      { catalog: { ...sources().catalog, health: failing(new ServiceRefusal('not allowed')) } },
    ],
    ['EC2 is away', { servers: failing(new ServiceFailure('EC2 is away')) }],
  ])('are unknown in Consul when %s, and shown all the same', async (why, change) => {
    const [row] = await rowsOf(sources(change), group(), known)
    expect(row).toMatchObject({
      id: 'i-1',
      consul: { state: 'unknown', why },
      balancer: { state: 'healthy' },
    })
  })

  it('are unknown at a load balancer that does not answer', async () => {
    const away = sources({ targets: failing(new Error('throttled')) })
    const [row] = await rowsOf(away, group(), known)
    expect(row?.balancer).toEqual({ state: 'unknown', why: 'throttled' })
  })

  it('have neither where their service is not discovered and not exposed', async () => {
    const [row] = await rowsOf(sources(), group({ catalog: [] }, []), known)
    expect(row?.consul).toEqual({ state: 'none' })
    expect(row).not.toHaveProperty('balancer')
  })

  it.each<[string, { leader?: string | null; alive?: boolean; mute?: boolean }, string | undefined]>([
    ['one that takes part', {}, undefined],
    ['one that gossip has lost', { alive: false }, 'is not alive to the other Consul servers'],
    [
      'one that answers and is cut off from the others',
      { leader: null },
      'sees no leader of the Consul cluster',
    ],
    ['one that hangs', { mute: true }, 'does not answer'],
  ])('of Consul servers are what status says of them: %s', async (_what, { leader, alive, mute }, why) => {
    const running = ['i-1', 'i-c'].map((instanceId, at) => ({ instanceId, address: `10.0.0.${4 + at}` }))
    const nodes = running.map(({ instanceId, address }) => ({
      name: instanceId,
      address,
      alive: alive !== false || instanceId !== 'i-1',
    }))
    const voters = running.map(({ address }) => address)
    const cluster = async ({ instanceId }: ConsulServer): Promise<ClusterView> => {
      const first = instanceId === 'i-1'
      if (first && mute) throw new ServiceFailure('timeout')
      return { leader: first && leader === null ? null : 'x', nodes, voters, stranded: [], doubted: [] }
    }
    const asked = sources({ servers: async () => running, catalog: { ...sources().catalog, cluster } })
    const servers = group({ kind: 'consulserver', catalog: [] }, [])
    expect((await rowsOf(asked, servers, known))[0]?.consul).toEqual(
      why ? { state: 'critical', why } : { state: 'passing' },
    )
    const { alive: counted, dead } = await consulState(asked, 'dev')
    expect([counted, dead]).toEqual(why ? [1, [`i-1 at 10.0.0.4 ${why}`]] : [2, []])
  })

  it('of Consul servers are unknown when none of them answers, or when they do not run', async () => {
    const servers = group({ kind: 'consulserver', catalog: [] }, [])
    expect((await rowsOf(sources(), servers, known))[0]?.consul).toEqual({
      state: 'unknown',
      why: 'no Consul server answers (no answer)',
    })
    const cluster = async () => ({ leader: 'x', nodes: [], voters: [], stranded: [], doubted: [] })
    const asked = sources({ catalog: { ...sources().catalog, cluster } })
    expect((await rowsOf(asked, servers, known))[0]?.consul).toEqual({
      state: 'missing',
      why: 'is not among the running Consul servers',
    })
  })
})

describe('the list of instances', () => {
  const listed: InstanceList = {
    instances: [
      {
        ...facts('i-1'),
        stage: 'serving',
        consul: { state: 'critical', why: 'HTTP 503' },
        balancer: { state: 'unhealthy', why: 'Health checks failed' },
      },
      { ...facts('i-2'), address: '', stage: 'gone', consul: { state: 'none' } },
    ],
    replacements: [
      {
        app: 'shop',
        service: 'web',
        count: 4,
        last: [{ at: second(5).toISOString(), kind: 'replaced', instance: 'i-0', reason: 'it ended.' }],
      },
      { app: 'shop', service: 'db', count: 0, last: [] },
      { app: 'shop', service: 'log', count: 0, last: [], problem: 'throttled' },
    ],
  }

  it('has a line for each, the reasons, and what was replaced', () => {
    const lines = instancesText(listed, second(65)).split('\n')
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      [
        'service',
        'instance',
        'address',
        'zone',
        'age',
        'release',
        'image',
        'state',
        'Consul',
        'load balancer',
      ],
      [
        'shop/web',
        'i-1',
        '10.0.0.4',
        'eu-west-1a',
        '1 min 5 s',
        '3',
        'ami-1',
        'serving',
        'critical',
        'unhealthy',
      ],
      ['shop/web', 'i-2', '-', 'eu-west-1a', '1 min 5 s', '3', 'ami-1', 'gone', '-', '-'],
      ['', 'i-1 critical in Consul: HTTP 503'],
      ['', 'i-1 unhealthy at the load balancer: Health checks failed'],
      ['shop/web: its group replaced 4 instances within a day, these last:'],
      ['', '1970-01-01 00:00:05', 'i-0', 'it ended.'],
      ['shop/log: nobody says what was replaced: throttled'],
    ])
  })

  it('says that there is none', () => {
    expect(instancesText({ instances: [], replacements: [] }, second(0))).toBe('No instance.')
  })
})
