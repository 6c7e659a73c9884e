import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry, ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceFailure, ServiceRefusal } from '../../../core/base/errors.ts'
import { advanceService } from '../../../core/deploy/advance-service.ts'
import type { HealthPorts } from '../../../core/deploy/check-service.ts'
import type { ServiceTarget } from '../../../core/deploy/deploy-plan.ts'
import type { GroupView } from '../../../core/deploy/fleet.ts'
import type { Memory } from '../../../core/deploy/health.ts'
import { MemoryFleet } from '../../support/memory-fleet.ts'
import { SHOP_TARGET as target } from '../../support/shop-target.ts'

const start = Date.parse('2026-01-01T00:00:00Z')
const member = (id: string, current: boolean) => ({ id, stage: 'serving' as const, current })
const group: GroupView = { desired: 1, max: 9, members: [member('i-1', true)], targetGroups: [] }

/** A group in memory and a Consul that answers for it; a clock that moves by sleeping and looking alone. */
class World {
  readonly fleet: MemoryFleet
  readonly slept: number[] = []
  /** Looks after which instances pass, and seconds that each takes. */
  looks = 0
  lookSeconds = 0
  /** How often the run is found to go on. */
  wanted = Number.POSITIVE_INFINITY
  /** How many more instances pass with each look. */
  growth = Number.POSITIVE_INFINITY
  #shown = 0
  /** What asking Consul throws from then on. */
  trouble: Error | undefined
  #time = start

  constructor(view = group) {
    this.fleet = new MemoryFleet(() => this.#now())
    this.fleet.stand('group', view)
  }

  advance(wanted: Partial<ServiceTarget> = {}, last: Memory | Record<string, never> = {}) {
    const ports: HealthPorts = {
      fleet: this.fleet,
      catalog: {
        health: async () => ({ web: this.#passing() }),
        listing: async (server: ConsulServer) => ({ server, entries: [] }),
        cluster: () => Promise.reject(new Error()),
      },
      startSeconds: 300,
      servers: async () => [{ instanceId: 'i-c1', address: '10.0.0.1' }],
      targets: async () => new Map(),
    }
    const sleep = async (seconds: number) => {
      this.#time += seconds * 1000
      this.slept.push(seconds)
    }
    const watch = { now: () => this.#now(), sleep, isWanted: async () => this.wanted-- > 0 }
    return advanceService(ports, 'group', { ...target, ...wanted }, last, watch)
  }

  #passing(): CatalogEntry[] {
    if (this.trouble) throw this.trouble
    this.#time += this.lookSeconds * 1000
    if (this.looks-- > 0) return []
    this.#shown += this.growth
    const ids = ['i-1', ...this.fleet.lines.keys()].slice(0, this.#shown)
    return ids.map((instanceId) => ({ instanceId, status: 'passing', meta: {} }) as unknown as CatalogEntry)
  }

  #now = (): Date => new Date(this.#time)
}

/** A world in which instances pass after a number of looks, each of which takes some seconds. */
const watched = (looks: number, lookSeconds = 0): World => Object.assign(new World(), { looks, lookSeconds })

describe('advanceService', () => {
  it('changes nothing any more for a run that was stopped while it watched', async () => {
    const world = Object.assign(watched(0), { wanted: 0 })
    expect(await world.advance({ count: 3 })).toMatchObject({
      step: { action: 'wait', why: 'the run was stopped' },
      changed: false,
    })
    expect((await world.fleet.group('group'))?.desired).toBe(1)
  })

  it('changes nothing where all is as wanted', async () => {
    const world = new World()
    expect(await world.advance()).toMatchObject({ step: { action: 'done' }, changed: false })
    expect(world.slept).toEqual([])
  })

  it('starts what is missing and sees it become healthy in one call', async () => {
    const world = new World({ ...group, desired: 0, members: [] })
    expect(await world.advance({ count: 3 })).toMatchObject({ step: { action: 'done' }, changed: true })
    expect((await world.fleet.group('group'))?.members).toHaveLength(3)
  })

  it('replaces an older instance in one call', async () => {
    const world = new World({ ...group, members: [member('i-1', false)] })
    expect(await world.advance()).toMatchObject({ step: { action: 'done' }, changed: true })
    const view = await world.fleet.group('group')
    expect(view).toMatchObject({ desired: 1, members: [{ current: true }] })
  })

  it('looks until the service is healthy', async () => {
    const world = watched(3)
    expect(await world.advance()).toMatchObject({ step: { action: 'done' }, changed: false })
    expect(world.slept).toEqual([0.15, 0.15, 0.15])
  })

  it('looks less often where a look takes long', async () => {
    const [quick, slow] = [watched(2, 0.1), watched(2, 3)]
    await quick.advance()
    await slow.advance()
    expect([quick.slept, slow.slept]).toEqual([[0.2, 0.2], [0.5]])
  })

  it('leaves longer waits, which are whole seconds, to the workflow', async () => {
    const world = watched(100, 0.1)
    const { step, memory } = await world.advance()
    expect(world.slept).toHaveLength(13)
    expect(step).toMatchObject({ action: 'wait', seconds: 1 })
    expect(memory.checks).toBe(5)
    const again = await world.advance({}, memory)
    expect(again.step).toMatchObject({ seconds: 2 })
    expect(world.slept).toHaveLength(13)
  })

  it.each([
    [0.5, 4],
    [0.5003, 3],
  ])(
    'looks closely for four seconds, whole looks of %d s with their pause: %i pauses',
    async (look, pauses) => {
      const world = watched(100, look)
      await world.advance()
      expect(world.slept).toHaveLength(pauses)
    },
  )

  it.each([
    [0, 1],
    [1, 0],
  ])('looks closely at the first check only: after %i checks it sleeps %i times', async (checks, pauses) => {
    const world = watched(1)
    const at = new Date(start).toISOString()
    await world.advance({}, { since: at, best: 0, bestAt: at, checks })
    expect(world.slept).toHaveLength(pauses)
  })

  it('counts its looks from the last step', async () => {
    const { step, memory } = await watched(100, 5).advance({ count: 2 })
    expect([step, memory]).toMatchObject([{ action: 'wait', seconds: 1 }, { checks: 1 }])
  })

  it('looks closely again after each step', async () => {
    const world = watched(30, 0.1)
    world.fleet.stand('group', { ...group, members: [member('i-1', false)] })
    const { changed } = await world.advance()
    expect(changed).toBe(true)
    const slept = world.slept.reduce((sum, seconds) => sum + seconds, 0)
    expect(slept).toBeGreaterThan(2)
    expect(slept).toBeLessThan(5)
  })

  it('goes on looking closely while more and more instances become healthy', async () => {
    const world = Object.assign(new World(), { growth: 1, lookSeconds: 0.5 })
    expect(await world.advance({ count: 9 })).toMatchObject({ step: { action: 'done' } })
    expect(world.slept.reduce((sum, one) => sum + one, 0)).toBeLessThan(9)
    expect(world.slept.every((pause) => pause <= 0.5)).toBe(true)
  })

  it('hands over after 20 s even while more become healthy', async () => {
    const world = Object.assign(new World({ ...group, max: 99 }), { growth: 1, lookSeconds: 1 })
    const { step, memory } = await world.advance({ count: 60 })
    expect(step).toMatchObject({ action: 'wait', seconds: 1 })
    expect(memory).toMatchObject({ best: world.slept.length + 1 })
    expect(world.slept.length * 1.5).toBeCloseTo(20, -1)
  })

  it('hands over after 20 s to the workflow when somebody else undoes its steps', async () => {
    const world = new World()
    world.fleet.setDesired = async () => {}
    const { step, changed } = await world.advance({ count: 2 })
    expect(step).toMatchObject({ action: 'wait', why: '1 of 2 instances run', seconds: 1 })
    expect(changed).toBe(true)
    expect(world.slept.reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(20, 0)
  })

  it('throws what goes wrong before the first change', async () => {
    const world = new World()
    world.trouble = new ServiceRefusal('not allowed')
    await expect(world.advance()).rejects.toThrow(ServiceRefusal)
    const refused = new World()
    refused.fleet.setDesired = () => Promise.reject(new ServiceFailure('not now'))
    await expect(refused.advance({ count: 2 })).rejects.toThrow('not now')
  })

  it('tells of a change although something goes wrong after it', async () => {
    const world = new World()
    world.trouble = new ServiceFailure('no answer of EC2')
    world.fleet.group = async () => {
      if (world.slept.length > 0) throw new Error('unused')
      return { ...group, desired: 1 }
    }
    world.fleet.setDesired = async () => {
      world.fleet.group = () => Promise.reject(new ServiceFailure('Auto Scaling does not answer'))
    }
    const advanced = await world.advance({ count: 2 })
    expect(advanced).toMatchObject({
      step: { action: 'wait', why: expect.stringContaining('does not answer'), seconds: 1 },
      changed: true,
    })
  })

  it('tells of the first of two instances that go when the second cannot', async () => {
    const members = [member('i-1', true), member('i-2', true), member('i-3', true)]
    const world = watched(1)
    world.fleet.stand('group', { ...group, desired: 3, members })
    const retire = world.fleet.retire.bind(world.fleet)
    let asked = 0
    world.fleet.retire = (instance) =>
      asked++ === 0 ? retire(instance) : Promise.reject(new ServiceFailure('not now'))
    const advanced = await world.advance()
    expect(advanced).toMatchObject({ step: { action: 'wait', why: expect.stringContaining('not now') } })
    expect(advanced.changed).toBe(true)
  })
})
