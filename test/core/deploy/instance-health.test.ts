import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry, ClusterView } from '../../../core/base/catalog.ts'
import { healthOf, serverHealth, worstOf } from '../../../core/deploy/instance-health.ts'

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

  it('of a server is what its cluster says, and unknown where nobody answers', () => {
    const server = { instanceId: 'i-1', address: '10.0.0.1' }
    const view = (alive: boolean, leader: string | null = '10.0.0.1:8300') =>
      ({ leader, nodes: [{ name: 'a', address: '10.0.0.1', alive }] }) as ClusterView
    expect(serverHealth(server, view(true))).toEqual({ state: 'passing' })
    expect(serverHealth(server, view(false)).why).toBe('gossip calls it dead')
    expect(serverHealth(server, view(true, null)).why).toBe('the cluster has no leader')
    expect(serverHealth({ ...server, address: '10.0.0.2' }, view(true)).state).toBe('missing')
    expect(serverHealth(server, undefined)).toEqual({ state: 'unknown', why: 'no Consul server answers' })
  })

  it('counts what nobody knows as worse than anything known', () => {
    expect(worstOf([{ state: 'critical' }, { state: 'unknown' }, { state: 'passing' }]).state).toBe('unknown')
  })
})
