import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import type { EC2Client } from '@aws-sdk/client-ec2'
import { describe, expect, it } from '@jest/globals'
import { AutoScalingFleet } from '../../../adapters/aws/autoscaling.ts'

const client = <T>(answers: Record<string, unknown>) =>
  ({
    send: async (command: object) => answers[command.constructor.name.replace(/Command$/, '')],
  }) as unknown as T
const version = (number: number) => ({ VersionNumber: number, LaunchTemplateData: { ImageId: 'ami-a' } })
const instance = (id: string, number: string) => ({
  InstanceId: id,
  LifecycleState: 'InService',
  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: number },
})

describe('AutoScalingFleet', () => {
  const wants = (instances: object[]) => ({
    DescribeAutoScalingGroups: {
      AutoScalingGroups: [
        {
          DesiredCapacity: 2,
          MaxSize: 9,
          LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '8' },
          Instances: instances,
        },
      ],
    },
  })
  const missing = (...lost: string[]) =>
    ({
      send: async ({ input }: { input: { Versions: string[] } }) => {
        if (!input.Versions.some((number) => lost.includes(number)))
          return {
            LaunchTemplateVersions: input.Versions.map((number) => version(Number(number))),
          }
        throw Object.assign(new Error('Could not find it'), {
          name: 'InvalidLaunchTemplateId.VersionNotFound',
        })
      },
    }) as unknown as EC2Client

  it.each<[string, object[], string[], object]>([
    [
      'that has no instance and wants a version that is gone',
      [],
      ['8'],
      { unlaunchable: 'launch template lt-1 has no version 8' },
    ],
    [
      'whose instances run another version than the one that is gone',
      [instance('i-1', '7'), instance('i-2', '7')],
      ['8'],
      {
        unlaunchable: 'launch template lt-1 has no version 8',
        members: [expect.objectContaining({ current: false }), expect.objectContaining({ current: false })],
      },
    ],
    [
      'whose old instance runs a version that is gone',
      [instance('i-1', '7'), instance('i-2', '8')],
      ['7'],
      { members: [expect.objectContaining({ current: false }), expect.objectContaining({ current: true })] },
    ],
  ])('tells of a group %s', async (_what, instances, lost, view) => {
    const fleet = new AutoScalingFleet(client<AutoScalingClient>(wants(instances)), missing(...lost))
    const seen = await fleet.group('web')
    expect(seen).toMatchObject(view)
    expect('unlaunchable' in (seen ?? {})).toBe('unlaunchable' in view)
  })
})
