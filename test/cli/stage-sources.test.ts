import { describe, expect, it } from '@jest/globals'
import { ConsulDoor } from '../../adapters/consul/door.ts'
import { consulState } from '../../cli/stage/consul-state.ts'
import { NO_INQUIRIES, serviceStatus } from '../../cli/stage/service-status.ts'
import type { StageSources } from '../../cli/stage/stage-sources.ts'
import { isStageWhole, readWanted, type StageStatus } from '../../cli/stage/stage-status.ts'
import type { DoorRequest } from '../../core/registration/door.ts'
import { shopGroup as group } from './shop-group.ts'

const server = { instanceId: 'i-c', address: '10.0.0.1' }

describe('the status of a stage', () => {
  it('asks Consul of all services and of itself in one message', async () => {
    const messages: string[][] = []
    const carry = async ({ calls }: DoorRequest) => {
      messages.push(calls.map(({ verb }) => verb))
      const cluster = {
        leader: '10.0.0.1:8300',
        nodes: [{ name: 'c', address: '10.0.0.1', alive: true }],
        voters: ['10.0.0.1'],
      }
      return { answers: calls.map(({ verb }) => ({ value: verb === 'cluster' ? cluster : {} })) }
    }
    const sources: StageSources = {
      fleet: { group: async () => undefined },
      catalog: new ConsulDoor(carry),
      servers: async () => [server],
      targets: async () => new Map(),
    }
    const [web, cart, consul] = await Promise.all([
      serviceStatus(sources, group('web'), NO_INQUIRIES),
      serviceStatus(sources, group('cart'), NO_INQUIRIES),
      consulState(sources, 'dev'),
    ])
    expect(messages).toEqual([expect.arrayContaining(['health', 'health', 'cluster'])])
    expect([web?.healthy, cart?.healthy]).toEqual([0, 0])
    expect(consul).toEqual({ servers: 1, alive: 1, leader: '10.0.0.1:8300', dead: [] })
  })

  it('names an instance in Standby, which does not count', async () => {
    const sources: StageSources = {
      fleet: { group: async () => undefined },
      catalog: new ConsulDoor(async () => ({ answers: [] })),
      servers: async () => [],
      targets: async () => new Map(),
    }
    const asked = group('web')
    const resting = {
      ...asked,
      view: { desired: 0, max: 2, members: [], standby: ['i-2'], targetGroups: [] },
    }
    expect(await serviceStatus(sources, resting, NO_INQUIRIES)).toMatchObject({
      desired: 0,
      running: 0,
      healthy: 0,
      problems: { 'i-2': expect.stringMatching(/^is in Standby/) },
    })
  })
})

describe('the exit code of "status" is not 0', () => {
  const well: StageStatus = {
    stage: 'dev',
    apps: [{ app: 'shop', state: 'deployed' }],
    services: [],
    consul: { servers: 3, alive: 3, leader: '10.0.0.1:8300', dead: [] },
  }
  const lock = { execution: 'shop-1', since: '', over: true }
  it.each<[string, Partial<StageStatus>, boolean]>([
    ['unless all is there', {}, true],
    ['while a Consul server is dead', { consul: { ...well.consul, alive: 2 } }, false],
    ['while nobody leads', { consul: { ...well.consul, leader: null } }, false],
    [
      'for an app whose deployment did not finish',
      { apps: [{ app: 'shop', state: 'unfinished', lock }] },
      false,
    ],
    [
      'unless nothing is deployed',
      { apps: [], consul: { servers: 0, alive: 0, leader: null, dead: [] } },
      true,
    ],
  ])('%s', (_when, change, whole) => {
    expect(isStageWhole({ ...well, ...change })).toBe(whole)
  })
})

describe('names behind "status"', () => {
  const apps = ['photos', 'shop', 'web']
  it.each<[string[], object]>([
    [[], { names: [] }],
    [['shop'], { names: ['shop'] }],
    [['shop', 'web'], { names: ['shop', 'web'] }],
    [['shop', 'db'], { names: ['shop'], service: 'db' }],
    [['web', 'web'], { names: ['web'], service: 'web' }],
    [['db', 'shop'], { names: ['db', 'shop'] }],
    [['shop', 'db', 'web'], { names: ['shop', 'db', 'web'] }],
  ])('%j mean %j', (wanted, meaning) => {
    expect(readWanted(wanted, apps)).toEqual(meaning)
  })
})
