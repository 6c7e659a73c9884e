import { describe, expect, it } from '@jest/globals'
import type { ClusterView, ConsulServer } from '../../../core/base/catalog.ts'
import { eligibleServers } from '../../../core/registration/owner.ts'

const servers = (count: number): ConsulServer[] =>
  Array.from({ length: count }, (_, index) => ({ instanceId: `i-c${index}`, address: `10.0.0.${index}` }))
const view = (alive: number[], leader: string | null = '10.0.0.0:8300'): ClusterView => ({
  leader,
  nodes: servers(5).map(({ address }, index) => ({ name: address, address, alive: alive.includes(index) })),
  voters: [],
  stranded: [],
  doubted: [],
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
    [
      'the only one that stays',
      {
        leaving: new Map([
          ['i-c1', 'x'],
          ['i-c2', 'x'],
        ]),
      },
      '0',
    ],
    ['all when all go', { leaving: new Map(servers(3).map((each) => [each.instanceId, 'x'])) }, '012'],
  ])('are %s', (_what, other, expected) => {
    expect(eligible(other)).toBe(expected)
  })
})
