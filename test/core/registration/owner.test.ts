import { describe, expect, it } from '@jest/globals'
import type { ClusterView, ConsulServer } from '../../../core/base/catalog.ts'
import { eligibleServers } from '../../../core/registration/evidence.ts'
import { owner } from '../../../core/registration/owner.ts'
import { silentServers, suspects } from '../../../core/registration/suspicion.ts'

const servers = (count: number): ConsulServer[] =>
  Array.from({ length: count }, (_, index) => ({ instanceId: `i-c${index}`, address: `10.0.0.${index}` }))
const addresses = (list: Iterable<{ address: string }>) => [...list].map(({ address }) => address)
const view = (alive: number[], leader: string | null = '10.0.0.0:8300'): ClusterView => ({
  leader,
  nodes: servers(5).map(({ address }, index) => ({ name: address, address, alive: alive.includes(index) })),
  voters: [],
  stranded: [],
  doubted: [],
})

describe('the owner of an instance', () => {
  it('is nobody without a server, and the only one of one', () => {
    expect(owner('i-1', [])).toBeUndefined()
    expect(owner('i-1', servers(1))?.instanceId).toBe('i-c0')
  })

  /** Another hash would move nearly every entry of every fleet at an update of the control plane. */
  it('is the same as in every version', () => {
    const owners = Array.from({ length: 40 }, (_, index) =>
      owner(`i-0${index}abc`, servers(5))?.instanceId.at(-1),
    )
    expect(owners.join('')).toBe('4422034132233042110342201033131302131130')
  })

  it('does not depend on the order of the servers', () => {
    const turned = servers(5).toReversed()
    for (let index = 0; index < 40; index++)
      expect(owner(`i-${index}`, turned)?.instanceId).toBe(owner(`i-${index}`, servers(5))?.instanceId)
  })

  it('moves from a server that goes only', () => {
    const fewer = servers(5).slice(1)
    for (let index = 0; index < 40; index++) {
      const before = owner(`i-${index}`, servers(5))?.instanceId
      if (before !== 'i-c0') expect(owner(`i-${index}`, fewer)?.instanceId).toBe(before)
    }
  })
})

describe('the servers that may own', () => {
  const eligible = (other: Partial<Parameters<typeof eligibleServers>[0]>) =>
    eligibleServers({
      servers: servers(3),
      cluster: view([0, 1, 2]),
      leaving: new Map(),
      silent: new Set(),
      ...other,
    })
      .map(({ instanceId }) => instanceId.at(-1))
      .join('')

  it.each<[string, Parameters<typeof eligible>[0], string]>([
    ['all that are alive', {}, '012'],
    ['none that gossip calls dead', { cluster: view([0, 2]) }, '02'],
    ['every running one without a verdict', { cluster: null }, '012'],
    ['none that goes', { leaving: new Map([['i-c1', 'it goes']]) }, '02'],
    ['none that is silent', { silent: new Set(['10.0.0.2']) }, '01'],
    ['all when all go', { leaving: new Map(servers(3).map((each) => [each.instanceId, 'x'])) }, '012'],
  ])('are %s', (_what, other, expected) => {
    expect(eligible(other)).toBe(expected)
  })
})

describe('suspicion', () => {
  it.each([
    [3, 1, 1],
    [3, 2, 0],
    [4, 1, 1],
    [4, 2, 0],
    [5, 2, 2],
    [1, 1, 0],
    [3, 0, 0],
  ])('of %d servers falls, when %d are named, on %d', (all, named, expected) => {
    const silent = addresses(servers(named))
    expect(suspects(servers(all), [...silent, '10.9.9.9'])).toEqual(servers(all).slice(0, expected))
  })

  const silence = (answer: number[], named: number[], cluster: ClusterView | null) => {
    const all = servers(5)
    const listings = answer.map((index) => ({ server: all[index] as ConsulServer, entries: [] }))
    return [
      ...silentServers(
        named.map((index) => all[index] as ConsulServer),
        all,
        listings,
        cluster,
      ),
    ]
  }

  it.each<[string, number[], number[], ClusterView | null, string[]]>([
    ['one that does not answer us either', [0, 1, 2, 3], [4], view([]), ['10.0.0.4']],
    ['none that answers us', [0, 1, 2, 3, 4], [4], view([]), []],
    ['none that nobody named', [0, 1, 2, 3], [], view([]), []],
    ['two beside a majority', [0, 1, 2], [3, 4], view([]), ['10.0.0.3', '10.0.0.4']],
    ['none without a majority', [0, 1], [3, 4], view([]), []],
    ['none without a leader', [0, 1, 2, 3], [4], null, []],
    ['not the leader', [0, 1, 2], [3, 4], view([], '10.0.0.3:8300'), ['10.0.0.4']],
  ])('is proven for %s', (_what, answer, named, cluster, expected) => {
    expect(silence(answer, named, cluster)).toEqual(expected)
  })

  it('is not proven by half of the servers', () => {
    const four = servers(4)
    const half = four.slice(0, 2).map((server) => ({ server, entries: [] }))
    expect([...silentServers(four.slice(3), four, half, view([]))]).toEqual([])
  })
})
