import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { describe, expect, it } from '@jest/globals'
import { AutoScalingHealing } from '../../../adapters/aws/healing-groups.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'

type Sent = { input: Record<string, unknown> }

/** Groups whose client answers every command with `answer`, and what was sent. */
function answering(answer: (sent: Sent) => unknown) {
  const sent: Record<string, unknown>[] = []
  const client = {
    send: async (command: Sent) => {
      sent.push(command.input)
      return answer(command)
    },
  } as unknown as AutoScalingClient
  return { groups: new AutoScalingHealing(client), sent }
}

const instance = (InstanceId: string, LifecycleState: string, HealthStatus = 'Healthy') => ({
  InstanceId,
  LifecycleState,
  HealthStatus,
})

describe('groups that are told what is sick', () => {
  it.each<[string, object, object]>([
    ['all in service', {}, { serving: ['i-1', 'i-2'], moving: 0, suspended: false }],
    [
      'one called unhealthy already',
      { Instances: [instance('i-1', 'InService', 'Unhealthy'), instance('i-2', 'InService')] },
      { serving: ['i-2'] },
    ],
    [
      'some on their way',
      {
        DesiredCapacity: 5,
        Instances: [
          instance('i-1', 'InService'),
          instance('i-2', 'Pending:Wait'),
          instance('i-3', 'Terminating:Wait'),
          instance('i-4', 'Standby'),
        ],
      },
      { serving: ['i-1'], moving: 4 },
    ],
    ['more than wanted', { DesiredCapacity: 0 }, { moving: 0 }],
    [
      'a process suspended',
      { SuspendedProcesses: [{ ProcessName: 'ReplaceUnhealthy' }] },
      { suspended: true },
    ],
    ['another suspended', { SuspendedProcesses: [{ ProcessName: 'AZRebalance' }] }, { suspended: false }],
    ['a time of its own', { Tags: [{ Key: 'nanofleet:replace-after', Value: '90' }] }, { replaceAfter: 90 }],
    [
      'none at all',
      { Tags: [{ Key: 'nanofleet:replace-after', Value: 'never' }] },
      { replaceAfter: 'never' },
    ],
    ['nonsense', { Tags: [{ Key: 'nanofleet:replace-after', Value: '0' }] }, { replaceAfter: 'never' }],
    ['other tags', { Tags: [{ Key: 'Name', Value: '90' }] }, { replaceAfter: undefined }],
  ])('with %s', async (_, group, facts) => {
    const usual = {
      DesiredCapacity: 2,
      Instances: [instance('i-1', 'InService'), instance('i-2', 'InService')],
    }
    const { groups } = answering(() => ({
      AutoScalingGroups: [{ AutoScalingGroupName: 'web', ...usual, ...group }],
    }))
    const seen = (await groups.look(['web'])).get('web')
    expect({ replaceAfter: undefined, ...seen }).toMatchObject(facts)
  })

  it('are asked fifty at a time, and nobody is asked about none', async () => {
    const { groups, sent } = answering(() => ({}))
    await groups.look([])
    await groups.look(Array.from({ length: 51 }, (_, index) => `g${index}`))
    expect(sent.map(({ AutoScalingGroupNames }) => (AutoScalingGroupNames as string[]).length)).toEqual([
      50, 1,
    ])
  })

  it('get an instance back without a grace period', async () => {
    const { groups, sent } = answering(() => ({}))
    await groups.giveBack('i-1')
    expect(sent).toEqual([{ InstanceId: 'i-1', HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false }])
  })

  const refused = (name: string, message: string) =>
    answering(() => {
      throw Object.assign(new Error(message), { name })
    }).groups

  it('do not mind that it has left meanwhile, and say what else is refused', async () => {
    await refused('ValidationError', 'Instance Id not found - No managed instance found').giveBack('i-1')
    await expect(refused('ValidationError', 'no such status').giveBack('i-1')).rejects.toThrow(
      'Auto Scaling does not replace i-1: no such status',
    )
    await expect(refused('AccessDenied', 'i-1 not found').giveBack('i-1')).rejects.toThrow(ServiceFailure)
    await expect(refused('Throttling', 'slow down').look(['web'])).rejects.toThrow(
      'Auto Scaling does not describe the groups: slow down',
    )
  })
})
