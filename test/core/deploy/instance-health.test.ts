import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry, ClusterView } from '../../../core/base/catalog.ts'
import { serverHealths } from '../../../core/deploy/cluster-members.ts'
import { healthOf, worstOf } from '../../../core/deploy/instance-health.ts'

const entry = (status: CatalogEntry['status'], more: Partial<CatalogEntry> = {}): CatalogEntry => ({
  id: 'i-1',
  service: 'web',
  instanceId: 'i-1',
  address: '10.0.0.4',
  port: 8080,
  tags: [],
  meta: {},
  nodeAddress: '10.0.0.1',
  status,
  ...more,
})

describe('the health of an instance in Consul', () => {
  it.each<[string, Record<string, CatalogEntry[]>, object]>([
    ['passing', { web: [entry('passing')] }, { state: 'passing' }],
    [
      'passing while its entry moves to another server and the old one is critical',
      { web: [entry('critical', { output: 'refused' }), entry('passing')] },
      { state: 'passing' },
    ],
    [
      'critical, with what its check said last',
      { web: [entry('critical', { output: 'HTTP 503' })] },
      { state: 'critical', why: 'HTTP 503' },
    ],
    ['critical when its check has said nothing yet', { web: [entry('critical')] }, { state: 'critical' }],
    [
      'in maintenance, with the reason',
      { web: [entry('maintenance', { reason: 'it is leaving', output: 'x' })] },
      { state: 'maintenance', why: 'it is leaving' },
    ],
    [
      'missing where the entries are those of others',
      { web: [entry('passing', { instanceId: 'i-2' })] },
      { state: 'missing', why: 'Consul has no entry of it as web' },
    ],
    [
      'that of its worst name',
      { web: [entry('passing')], admin: [entry('warning', { output: 'slow' })] },
      { state: 'warning', why: 'slow' },
    ],
    ['none without a name', {}, { state: 'none' }],
  ])('is %s', (_what, seen, health) => {
    expect(healthOf('i-1', seen)).toStrictEqual(health)
  })

  it('of a server is what each of them says of itself and most of them of it', () => {
    const servers = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({ instanceId: address, address }))
    const view = (change: Partial<ClusterView> = {}): ClusterView => ({
      leader: '10.0.0.1:8300',
      nodes: ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((address) => ({ name: address, address, alive: true })),
      voters: ['10.0.0.1', '10.0.0.2'],
      stranded: [],
      doubted: [],
      ...change,
    })
    const lost = view({
      nodes: view().nodes.map((node) => ({ ...node, alive: node.address !== '10.0.0.3' })),
    })
    const told = (...views: (ClusterView | undefined)[]) =>
      [...serverHealths(servers, views).values()].map(({ state, why }) => (why ? `${state}: ${why}` : state))
    const outside = 'critical: sees no leader of the Consul cluster'
    expect(told(view(), view(), view())).toEqual([
      'passing',
      'passing',
      'warning: has no vote in the Consul cluster yet',
    ])
    expect(told(lost, lost, view({ nodes: [], leader: null }))).toEqual(['passing', 'passing', outside])
    expect(told(lost, lost, lost)[2]).toBe('critical: is not alive to the other Consul servers')
    expect(told(lost, lost, undefined)[2]).toBe('critical: does not answer')
    expect(told(view({ leader: null }), undefined, undefined)[0]).toBe(outside)
  })

  it('counts what nobody knows as worse than anything known', () => {
    expect(worstOf([{ state: 'critical' }, { state: 'unknown' }, { state: 'passing' }]).state).toBe('unknown')
  })
})
