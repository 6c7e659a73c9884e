import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import type { EC2Client } from '@aws-sdk/client-ec2'
import { describe, expect, it } from '@jest/globals'
import { AutoScalingFleet } from '../../../adapters/aws/autoscaling.ts'

/** A client that answers each command by its name. */
const client = <T>(answers: Record<string, unknown>) =>
  ({
    send: async (command: object) => answers[command.constructor.name.replace(/Command$/, '')],
  }) as unknown as T

const version = (number: number, image: string, release: string) => ({
  VersionNumber: number,
  LaunchTemplateData: {
    ImageId: image,
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'nanofleet:release', Value: release }] }],
  },
})
const instance = (id: string, number: string, state = 'InService') => ({
  InstanceId: id,
  LifecycleState: state,
  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: number },
})

describe('AutoScalingFleet', () => {
  it('knows an instance as current whose template version has the content of the wanted one', async () => {
    const groups = {
      DescribeAutoScalingGroups: {
        AutoScalingGroups: [
          {
            DesiredCapacity: 3,
            MaxSize: 100,
            LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '3' },
            Instances: [instance('i-1', '1'), instance('i-2', '2'), instance('i-3', '3', 'Terminating:Wait')],
          },
        ],
      },
    }
    const versions = {
      DescribeLaunchTemplateVersions: {
        LaunchTemplateVersions: [
          version(1, 'ami-a', '1'),
          version(2, 'ami-b', '2'),
          version(3, 'ami-a', '3'),
        ],
      },
    }
    const fleet = new AutoScalingFleet(client<AutoScalingClient>(groups), client<EC2Client>(versions))
    expect((await fleet.group('web'))?.members).toEqual([
      { id: 'i-1', stage: 'serving', current: true },
      { id: 'i-2', stage: 'serving', current: false },
      { id: 'i-3', stage: 'leaving', current: true },
    ])
  })

  it('leaves instances in Standby out of the members and names them', async () => {
    const groups = {
      DescribeAutoScalingGroups: {
        AutoScalingGroups: [
          {
            DesiredCapacity: 1,
            MaxSize: 9,
            Instances: [
              instance('i-1', '1'),
              instance('i-2', '1', 'Standby'),
              instance('i-3', '1', 'EnteringStandby'),
            ],
          },
        ],
      },
    }
    const fleet = new AutoScalingFleet(client<AutoScalingClient>(groups), client<EC2Client>({}))
    const view = await fleet.group('web')
    expect(view?.members.map(({ id }) => id)).toEqual(['i-1'])
    expect(view?.standby).toEqual(['i-2', 'i-3'])
  })

  it('tells deaths and failed launches from what was asked for, oldest first', async () => {
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
    const cause = 'At 2026-01-01T00:00:02Z an instance was taken out of service in response to '
    const activities = {
      DescribeScalingActivities: {
        Activities: [
          {
            StartTime: at(4),
            Description: 'Terminating EC2 instance: i-0a',
            Cause: `${cause}a user request.`,
          },
          {
            StartTime: at(3),
            StatusCode: 'Failed',
            Description: 'Launching a new EC2 instance. Status Reason: no capacity',
            StatusMessage: 'no capacity',
          },
          {
            StartTime: at(3),
            StatusCode: 'Failed',
            Description: 'Launching a new EC2 instance: i-0d',
            StatusMessage: 'it ended before it served',
          },
          {
            StartTime: at(2),
            Description: 'Terminating EC2 instance: i-0b',
            Cause: `${cause}an EC2 health check.`,
          },
          {
            StartTime: at(0),
            Description: 'Terminating EC2 instance: i-0c',
            Cause: `${cause}an EC2 health check.`,
          },
        ],
      },
    }
    const fleet = new AutoScalingFleet(client<AutoScalingClient>(activities), client<EC2Client>({}))
    expect(await fleet.troubles('web', at(1))).toEqual([
      {
        at: at(2).toISOString(),
        kind: 'died',
        instance: 'i-0b',
        reason: 'an instance was taken out of service in response to an EC2 health check.',
      },
      {
        at: at(3).toISOString(),
        kind: 'launch-failed',
        instance: 'i-0d',
        reason: 'it ended before it served',
      },
      { at: at(3).toISOString(), kind: 'launch-failed', reason: 'no capacity' },
    ])
  })
})
