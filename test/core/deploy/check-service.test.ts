import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry, ClusterView, ConsulServer } from '../../../core/base/catalog.ts'
import { NotFound, ServiceFailure, ServiceRefusal } from '../../../core/base/errors.ts'
import { checkService } from '../../../core/deploy/check-service.ts'
import type { ServiceTarget } from '../../../core/deploy/deploy-plan.ts'
import type { GroupEvent } from '../../../core/deploy/fleet.ts'
import { firstMemory } from '../../../core/deploy/health.ts'
import { SHOP_TARGET as target } from '../../support/shop-target.ts'
import { check, group, now, passing, ports, seesBoth, servers } from './checked-group.ts'

const silent = () => {
  throw new ServiceFailure('no answer')
}
const refuse = () => {
  throw new ServiceRefusal('not allowed')
}

describe('checkService', () => {
  it('is done when Consul and the load balancer call every instance healthy', async () => {
    expect(await check({})).toEqual({ action: 'done' })
  })

  it('waits some seconds for a service without a check, whose program may just end', async () => {
    const registered = (secondsAgo: number) => () => [
      {
        ...passing,
        unchecked: true as const,
        meta: { registered: new Date(now.getTime() - secondsAgo * 1000).toISOString() },
      },
    ]
    expect(await check({ health: registered(4) })).toMatchObject({ action: 'wait' })
    expect(await check({ health: registered(5) })).toEqual({ action: 'done' })
  })

  it('waits for the load balancer', async () => {
    expect(await check({ target: 'initial' })).toMatchObject({ action: 'wait', seconds: 1 })
  })

  it('asks the next Consul server when one does not answer', async () => {
    const health = (server: ConsulServer) => (server.instanceId === 'i-c1' ? silent() : [passing])
    expect(await check({ health })).toEqual({ action: 'done' })
  })

  it('takes no answer from Consul for no sign of health', async () => {
    expect(await check({ health: silent })).toMatchObject({
      action: 'wait',
      why: 'i-1: has unknown health: no Consul server answers (no answer)',
    })
  })

  it.each<[string, (server: ConsulServer) => CatalogEntry[]]>([
    ['every server', refuse],
    ['the first server', (server) => (server.instanceId === 'i-c1' ? refuse() : [passing])],
    [
      'the second server, the first being away',
      (server) => (server.instanceId === 'i-c1' ? silent() : refuse()),
    ],
  ])('ends at once when %s refuses to say who is healthy', async (_who, health) => {
    await expect(check({ health })).rejects.toThrow(ServiceRefusal)
  })

  it('does not hide a mistake of its own behind a missing answer', async () => {
    const health = () => {
      throw new TypeError('undefined is not a function')
    }
    await expect(check({ health })).rejects.toThrow(TypeError)
  })

  it('takes a group that is not there as empty, and as an error when instances are wanted', async () => {
    expect(await check({ group: undefined }, { ...target, count: 0 })).toEqual({ action: 'done' })
    await expect(check({ group: undefined })).rejects.toThrow(NotFound)
  })

  it('asks nobody about the health of what is to go', async () => {
    expect(await check({ health: refuse }, { ...target, count: 0 })).toMatchObject({
      action: 'set',
      desired: 0,
    })
  })

  it('gives up on a crash loop with the last words of the instance', async () => {
    const troubles = [1, 2, 3].map(
      (second): GroupEvent => ({
        at: `2026-01-01T00:00:0${second}Z`,
        kind: 'died',
        instance: 'i-1',
        reason: 'r',
      }),
    )
    const step = await check({ troubles, target: 'initial' })
    expect(step).toMatchObject({
      action: 'doomed',
      reason: expect.stringMatching(/it said last: panic: no database$/),
    })
  })

  it('says nothing of an instance without last words, and gives up nothing that is to go', async () => {
    const died = (instance: string): GroupEvent => ({
      at: now.toISOString(),
      kind: 'died',
      instance,
      reason: 'r',
    })
    const troubles = ['i-7', 'i-8', 'i-9'].map(died)
    const reason = '3 instances ended by themselves, the last one was i-9: r'
    expect(await check({ troubles, target: 'initial' })).toEqual({ action: 'doomed', reason })
    const going = { ...group, desired: 0, members: [{ id: 'i-1', stage: 'leaving' as const, current: true }] }
    expect(await check({ troubles, group: going }, { ...target, count: 0 })).toMatchObject({ action: 'wait' })
  })

  it('counts its looks, and starts anew after a step', async () => {
    const last = { ...firstMemory(now), checks: 9 }
    const waiting = await checkService(ports({ target: 'initial' }), 'group', target, last, now)
    expect(waiting).toMatchObject({ memory: { checks: 10 }, step: { seconds: 2 } })
    const acting = await checkService(ports({}), 'group', { ...target, count: 3 }, last, now)
    expect(acting).toMatchObject({ memory: { checks: 0 }, step: { action: 'set', desired: 3 } })
  })

  it('waits for a load balancer that takes five minutes to register an instance, at each of its steps', async () => {
    let memory: Parameters<typeof checkService>[3] = {}
    for (let second = 0; second <= 1000; second += 10) {
      const at = new Date(now.getTime() + second * 1000)
      const checked = await checkService(ports({ target: 'initial' }), 'group', target, memory, at)
      expect(checked.step.action).toBe('wait')
      memory = checked.memory
    }
  })

  it('counts as progress what is healthy and of the current version only', async () => {
    const members = [
      { id: 'i-1', stage: 'serving' as const, current: true },
      { id: 'i-2', stage: 'serving' as const, current: false },
      { id: 'i-3', stage: 'starting' as const, current: true },
    ]
    const wanted: ServiceTarget = { ...target, catalog: [], count: 2 }
    const view = { ...group, desired: 3, members, targetGroups: [] }
    const { step, memory } = await checkService(
      ports({ group: view }),
      'group',
      wanted,
      firstMemory(now),
      now,
    )
    expect(step).toMatchObject({ action: 'wait' })
    expect(memory).toMatchObject({ best: 1, checks: 1 })
  })

  it('asks neither Consul nor the load balancer about instances that only start', async () => {
    const members = [{ id: 'i-1', stage: 'starting' as const, current: true }]
    const step = await check({ group: { ...group, members }, health: refuse })
    expect(step).toMatchObject({ action: 'wait', why: 'i-1: is starting' })
  })

  describe('of Consul servers', () => {
    const consul: ServiceTarget = {
      ...target,
      kind: 'consulserver',
      catalog: [],
      count: 2,
      replacement: 'quorum',
    }
    const members = servers.map(({ instanceId: id }) => ({ id, stage: 'serving' as const, current: true }))
    const cluster = { ...group, desired: 2, members, targetGroups: [] }

    it('is done when all see a leader and each other', async () => {
      expect(await check({ group: cluster, health: refuse }, consul)).toEqual({ action: 'done' })
    })

    it('waits for a server that is alone', async () => {
      const alone = (server: ConsulServer): ClusterView =>
        server.instanceId === 'i-c1'
          ? seesBoth
          : { leader: null, nodes: [], voters: [], stranded: [], doubted: [] }
      const step = await check({ group: cluster, cluster: alone }, consul)
      expect(step).toMatchObject({ action: 'wait', why: 'i-c2: sees no leader of the Consul cluster' })
    })

    it('waits for a server that does not answer', async () => {
      const mute = (server: ConsulServer): ClusterView => (server.instanceId === 'i-c2' ? silent() : seesBoth)
      const step = await check({ group: cluster, cluster: mute }, consul)
      expect(step).toMatchObject({ action: 'wait', why: 'i-c2: does not answer' })
    })

    it('believes the largest part that has a leader', async () => {
      const alone: ClusterView = { ...seesBoth, nodes: seesBoth.nodes.slice(1), voters: ['10.0.0.2'] }
      for (const part of ['i-c1', 'i-c2']) {
        const views = (server: ConsulServer) => (server.instanceId === part ? alone : seesBoth)
        expect(await check({ group: cluster, cluster: views }, consul)).toEqual({ action: 'done' })
      }
    })

    it('does not believe a larger part that has no leader', async () => {
      const leaderless = { ...seesBoth, leader: null, voters: [] }
      const led: ClusterView = { ...seesBoth, nodes: seesBoth.nodes.slice(0, 1), voters: ['10.0.0.1'] }
      const views = (server: ConsulServer) => (server.instanceId === 'i-c2' ? leaderless : led)
      expect(await check({ group: cluster, cluster: views }, consul)).toMatchObject({
        why: 'i-c2: sees no leader of the Consul cluster',
      })
    })

    it('waits while a voter is dead, and while nobody leads', async () => {
      const [first, second] = seesBoth.nodes as [ClusterView['nodes'][0], ClusterView['nodes'][0]]
      const dead = { ...seesBoth, nodes: [first, { ...second, alive: false }] }
      const leaderless = { ...seesBoth, leader: null }
      for (const view of [dead, leaderless])
        expect(await check({ group: cluster, cluster: () => view }, consul)).toMatchObject({ action: 'wait' })
    })

    it('waits for a server that has joined and does not vote yet', async () => {
      const step = await check(
        { group: cluster, cluster: () => ({ ...seesBoth, voters: ['10.0.0.1'] }) },
        consul,
      )
      expect(step).toMatchObject({ action: 'wait', why: 'i-c2: has no vote in the Consul cluster yet' })
    })

    it('waits while a server that is gone still counts for the majority', async () => {
      const haunted = { ...seesBoth, voters: [...seesBoth.voters, '10.0.0.3'] }
      const step = await check({ group: cluster, cluster: () => haunted }, consul)
      expect(step).toMatchObject({
        action: 'wait',
        why: 'i-c1: waits until Consul drops the dead server 10.0.0.3',
      })
    })
  })
})
