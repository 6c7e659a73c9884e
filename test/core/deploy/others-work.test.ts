import { describe, expect, it } from '@jest/globals'
import type { GroupView } from '../../../core/deploy/fleet.ts'
import { onlyOthersWork } from '../../../core/deploy/health.ts'

describe('waiting for others only', () => {
  const member = (id: string, more: object = {}) => ({
    id,
    stage: 'serving' as const,
    current: true,
    ...more,
  })
  const at = (states: Record<string, string>) => ({
    tg: new Map(Object.entries(states).map(([id, state]) => [id, { state, description: '' }])),
  })
  const group = (members: GroupView['members'], desired = members.length): GroupView => ({
    desired,
    max: 9,
    targetGroups: ['tg'],
    members,
  })
  const both = group([member('i-1'), member('i-2')])

  it.each<[string, boolean, GroupView, Parameters<typeof onlyOthersWork>[1]]>([
    ['one registers, one is healthy', true, both, { targets: at({ 'i-1': 'healthy', 'i-2': 'initial' }) }],
    ['one is unhealthy', false, both, { targets: at({ 'i-1': 'unhealthy', 'i-2': 'initial' }) }],
    ['one is not known to the load balancer', false, both, { targets: at({ 'i-2': 'initial' }) }],
    ['nobody registers', false, both, { targets: at({ 'i-1': 'unhealthy', 'i-2': 'unhealthy' }) }],
    ['all are healthy', false, both, { targets: at({ 'i-1': 'healthy', 'i-2': 'healthy' }) }],
    [
      'one registers and does not pass in Consul',
      false,
      both,
      { targets: at({ 'i-1': 'initial', 'i-2': 'initial' }), catalog: { web: new Set(['i-1']) } },
    ],
    [
      'one registers and has no vote',
      false,
      both,
      { targets: at({ 'i-1': 'initial', 'i-2': 'initial' }), servers: new Set(['i-1']) },
    ],
    ['one is still to be launched', false, group([member('i-1')], 2), { targets: at({ 'i-1': 'initial' }) }],
    [
      'one starts',
      false,
      group([member('i-1'), member('i-2', { stage: 'starting' })]),
      { targets: at({ 'i-1': 'initial', 'i-2': 'initial' }) },
    ],
    [
      'an old one is ill, the new one registers',
      true,
      group([member('i-1', { current: false }), member('i-2')]),
      { targets: at({ 'i-1': 'unhealthy', 'i-2': 'initial' }) },
    ],
    [
      'one drains, the others are healthy',
      true,
      group([member('i-1'), member('i-2', { stage: 'leaving' })], 1),
      { targets: at({ 'i-1': 'healthy', 'i-2': 'draining' }) },
    ],
    [
      'one drains, another is unhealthy',
      false,
      group([member('i-1'), member('i-2', { stage: 'leaving' })], 1),
      { targets: at({ 'i-1': 'unhealthy', 'i-2': 'draining' }) },
    ],
  ])('when %s: %s', (_case, expected, view, evidence) => {
    expect(onlyOthersWork(view, evidence)).toBe(expected)
  })
})
