import { describe, expect, it } from '@jest/globals'
import type { ClusterView, ConsulServer } from '../../../core/base/catalog.ts'
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
