import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import type { EC2Client } from '@aws-sdk/client-ec2'
import { describe, expect, it } from '@jest/globals'
import { AutoScalingFleet } from '../../../adapters/aws/autoscaling.ts'
import { autoScaling } from '../../../adapters/aws/clients/auto-scaling.ts'
import { groupActivities } from '../../../adapters/aws/group-activities.ts'
import { groupMembers } from '../../../adapters/aws/group-members.ts'
import { CannedAws } from '../../support/canned-aws.ts'

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

describe('the activities of a group', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
  const time = 'At 2026-01-01T00:00:02Z '
  const answering = (...Activities: object[]) =>
    client<AutoScalingClient>({ DescribeScalingActivities: { Activities } })

  it.each([
    [
      'replaced',
      'Terminating EC2 instance: i-0a',
      `${time}an instance was taken out of service in response to an EC2 health check.`,
      'an instance was taken out of service in response to an EC2 health check.',
    ],
    [
      'replaced',
      'Terminating EC2 instance: i-0a',
      `${time}instance i-0a was taken out.`,
      'instance i-0a was taken out.',
    ],
    [
      'shrunk',
      'Terminating EC2 instance: i-0a',
      `${time}a user asked. ${time}it went, shrinking the capacity from 2 to 1.`,
      'it went, shrinking the capacity from 2 to 1.',
    ],
    [
      'launched',
      'Launching a new EC2 instance: i-0a',
      `${time}an instance was started.`,
      'an instance was started.',
    ],
    ['other', 'Moving EC2 instance to Standby: i-0a', `${time}it was moved.`, 'it was moved.'],
  ])('count as %s: %s', async (kind, Description, Cause, reason) => {
    const activity = { StartTime: at(2), StatusCode: 'Successful', Description, Cause }
    const { activities } = await groupActivities(answering(activity), 'web', at(0))
    expect(activities).toEqual([{ at: at(2).toISOString(), kind, instance: 'i-0a', reason }])
  })

  it('come oldest first, the old ones left out, a failed launch with its message', async () => {
    const Description = 'Launching a new EC2 instance.  Status Reason: no capacity'
    const failed = { StatusCode: 'Failed', Description }
    const told = answering(
      { ...failed, StartTime: at(3), StatusMessage: 'no capacity' },
      { ...failed, StartTime: at(2) },
      { ...failed, StartTime: at(0) },
    )
    expect(await groupActivities(told, 'web', at(1))).toEqual({
      activities: [
        { at: at(2).toISOString(), kind: 'failed', reason: 'no reason given' },
        { at: at(3).toISOString(), kind: 'failed', reason: 'no capacity' },
      ],
      more: false,
    })
  })

  it('are read page by page until they are old, or as many pages as are wanted', async () => {
    const page = (second: number, NextToken?: string) => ({
      Activities: [{ StartTime: at(second), StatusCode: 'Successful', Description: 'Launching', Cause: 'c' }],
      NextToken,
    })
    const read = async (since: number, pages: number) => {
      const answers = [page(4, 'a'), page(3, 'b'), page(2)]
      const pager = { send: async () => answers.shift() } as unknown as AutoScalingClient
      const { activities, more } = await groupActivities(pager, 'web', at(since), pages)
      return [activities.map((each) => new Date(each.at).getUTCSeconds()), more, answers.length]
    }
    expect(await read(0, 5)).toEqual([[2, 3, 4], false, 0])
    expect(await read(0, 2)).toEqual([[3, 4], true, 1])
    expect(await read(4, 5)).toEqual([[4], false, 1])
  })

  it.each([
    ['AutoScalingGroup name not found - no such group', []],
    ['Rate exceeded', undefined],
  ])('are none of a group that is gone, and an error otherwise: %s', async (message, none) => {
    const error = Object.assign(new Error(message), { name: none ? 'ValidationError' : 'Throttling' })
    const refusing = { send: async () => Promise.reject(error) } as unknown as AutoScalingClient
    const told = groupActivities(refusing, 'web', at(0))
    if (none) expect(await told).toEqual({ activities: none, more: false })
    else await expect(told).rejects.toThrow('Auto Scaling does not tell the activities of web: Rate exceeded')
  })
})

describe('the members of groups', () => {
  const member = (id: string, state: string) =>
    `<member><InstanceId>${id}</InstanceId><LifecycleState>${state}</LifecycleState></member>`
  const page = (name: string, members: string, next = '') =>
    `<AutoScalingGroups><member><AutoScalingGroupName>${name}</AutoScalingGroupName>` +
    `<Instances>${members}</Instances></member></AutoScalingGroups>${next}`

  it('are those of all pages that neither leave nor are in Standby', async () => {
    const all = ['InService', 'Pending:Wait', 'Terminating:Wait', 'Standby', 'EnteringStandby', 'Detaching']
    const first = page(
      'web',
      all.map((state, at) => member(`i-${at}`, state)).join(''),
      '<NextToken>2</NextToken>',
    )
    const aws = new CannedAws({ DescribeAutoScalingGroups: [first, page('db', '')] })
    const found = groupMembers(autoScaling(await aws.start()), ['web', 'db']).finally(() => aws.stop())
    expect(await found).toEqual({ web: ['i-0', 'i-1'], db: [] })
    expect(aws.calls).toHaveLength(2)
  })

  it('are not guessed where Auto Scaling refuses', async () => {
    const aws = new CannedAws({ DescribeAutoScalingGroups: { error: 'Throttling' } })
    const found = groupMembers(autoScaling(await aws.start()), ['web']).finally(() => aws.stop())
    await expect(found).rejects.toMatchObject({ name: 'Throttling' })
  })
})
