import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { checkService } from '../../../core/deploy/check-service.ts'
import type { GroupView, Member } from '../../../core/deploy/fleet.ts'
import { firstMemory, patienceWith } from '../../../core/deploy/health.ts'
import { SHOP_TARGET } from '../../support/shop-target.ts'
import { group, now, ports, type World } from './checked-group.ts'

const at = (seconds: number) => new Date(now.getTime() + seconds * 1000)
const target = { ...SHOP_TARGET, count: 2 }
const serving = (id: string): Member => ({ id, stage: 'serving', current: true })
const pair: GroupView = { ...group, desired: 2, members: [serving('i-1'), serving('i-2')], targetGroups: [] }

/** An entry made this many seconds after the run began; a run's stage allows 30 s for a start. */
const entry = (id: string, seconds: number, status: CatalogEntry['status']): CatalogEntry =>
  ({
    instanceId: id,
    status,
    ...(status === 'critical' ? { output: 'connection refused' } : {}),
    meta: { registered: at(seconds).toISOString() },
  }) as unknown as CatalogEntry

async function step(second: number, entries: CatalogEntry[], world: World = {}) {
  const seen = ports({ group: pair, health: () => entries, ...world })
  return (await checkService(seen, 'group', target, firstMemory(now), at(second))).step
}
const bothFail = [entry('i-1', 2, 'critical'), entry('i-2', 3, 'critical')]

describe('a deployment whose instances do not become healthy', () => {
  it('waits for as long as they may take to start', async () => {
    expect(await step(47, bothFail)).toMatchObject({ action: 'wait' })
  })

  it('ends within 30 s after that, with what the check and the program said', async () => {
    expect(await step(48, bothFail)).toEqual({
      action: 'doomed',
      reason:
        'not healthy 46 s after its start, which may take 30 s: i-1: does not pass its Consul check as web, which says: connection refused; it said last: panic: no database',
    })
  })

  it('asks the agents what a check said that the catalog does not know', async () => {
    const mute = bothFail.map((one) => ({
      ...one,
      id: one.instanceId,
      nodeAddress: '10.0.0.1',
      output: undefined,
    }))
    const asked: string[] = []
    const listing = ({ address }: { address: string }) => {
      asked.push(address)
      return [{ ...mute[0], output: 'HTTP 500: the ledger is closed' }] as CatalogEntry[]
    }
    expect(await step(48, mute as unknown as CatalogEntry[], { listing })).toMatchObject({
      reason: expect.stringContaining('as web, which says: HTTP 500: the ledger is closed; it said last'),
    })
    expect(asked).toEqual(['10.0.0.1'])
    const dead = () => {
      throw new ServiceFailure('late')
    }
    expect(await step(48, mute as unknown as CatalogEntry[], { listing: dead })).toMatchObject({
      reason: expect.stringContaining('as web; it said last'),
    })
    asked.length = 0
    const young = [entry('i-1', 45, 'critical')].map((one) => ({
      ...one,
      id: 'i-1',
      nodeAddress: '10.0.0.1',
      output: undefined,
    }))
    await step(48, young as unknown as CatalogEntry[], { listing })
    expect(asked).toEqual([])
  })

  it('ends for a load balancer that calls them unhealthy, and not for one that has still to look', async () => {
    const passing = [entry('i-1', 2, 'passing')]
    const one = { ...pair, desired: 1, members: [serving('i-1')], targetGroups: ['tg'] }
    const look = (state: string) => {
      const seen = ports({ group: one, health: () => passing, target: state })
      return checkService(seen, 'group', { ...target, count: 1 }, firstMemory(now), at(60))
    }
    expect((await look('unhealthy')).step).toMatchObject({
      action: 'doomed',
      reason: expect.stringContaining('i-1: is unhealthy at the load balancer'),
    })
    expect((await look('initial')).step).toMatchObject({ action: 'wait' })
  })

  it.each<[string, CatalogEntry[], World]>([
    ['a sibling launched with it is healthy', [entry('i-1', 2, 'critical'), entry('i-2', 3, 'passing')], {}],
    ['it ran before', [entry('i-1', -3, 'critical'), entry('i-2', -3, 'critical')], {}],
    ['it has no entry', [], {}],
    [
      'Consul has no leader',
      [],
      {
        health: () => {
          throw new ServiceFailure('500: No cluster leader')
        },
      },
    ],
  ])('goes on while %s', async (_why, entries, world) => {
    expect(await step(100, entries, world)).toMatchObject({ action: 'wait' })
  })

  it('ends when its launch template lacks the version, once EC2 had the time to show it', async () => {
    const lacking = { ...pair, members: [], unlaunchable: 'launch template lt-1 has no version 8' }
    expect(await step(20, [], { group: lacking })).toMatchObject({ action: 'wait' })
    expect(await step(21, [], { group: lacking })).toEqual({
      action: 'doomed',
      reason: 'no instance can be launched: launch template lt-1 has no version 8',
    })
  })

  it.each([
    [30, 300],
    [300, 330],
    [900, 930],
  ])('that may take %d s to start has %d s without progress', (start, patience) => {
    expect(patienceWith(start)).toBe(patience)
  })
})
