import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EC2Client } from '@aws-sdk/client-ec2'
import { SFNClient } from '@aws-sdk/client-sfn'
import { SSMClient } from '@aws-sdk/client-ssm'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from '@jest/globals'
import { readEvidence } from '../../../adapters/images/ami-evidence.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'
import { stage } from '../../support/stage.ts'

const AMI = (n: number) => `ami-${String(n).padStart(8, '0')}`

async function read(answers: Record<string, Answer | Answer[]>) {
  const aws = new CannedAws(answers)
  const settings = await aws.start()
  const clients = {
    ec2: new EC2Client(settings),
    scaling: new AutoScalingClient(settings),
    ssm: new SSMClient(settings),
    dynamo: DynamoDBDocumentClient.from(new DynamoDBClient(settings)),
    sfn: new SFNClient(settings),
  }
  try {
    return { evidence: await readEvidence(clients, stage, new Date(0)), calls: aws.calls }
  } finally {
    for (const client of Object.values(clients)) client.destroy()
    await aws.stop()
  }
}

const references = async (answers: Record<string, Answer | Answer[]>) =>
  (await read(answers)).evidence.references

const instances = (...rows: [id: string, image: string, state: string][]) =>
  `<reservationSet><item><instancesSet>${rows
    .map(
      ([id, image, state]) =>
        `<item><instanceId>${id}</instanceId><imageId>${image}</imageId><instanceState><name>${state}</name></instanceState></item>`,
    )
    .join('')}</instancesSet></item></reservationSet>`
const template = (id: string, name: string) =>
  `<item><launchTemplateId>${id}</launchTemplateId><launchTemplateName>${name}</launchTemplateName></item>`
const versions = (...images: string[]) =>
  `<launchTemplateVersionSet>${images
    .map(
      (image, at) =>
        `<item><launchTemplateName>t</launchTemplateName><versionNumber>${at + 1}</versionNumber><launchTemplateData><imageId>${image}</imageId></launchTemplateData></item>`,
    )
    .join('')}</launchTemplateVersionSet>`

describe('the evidence of the clean-up', () => {
  it('counts instances in every state but terminated', async () => {
    const states = ['pending', 'running', 'shutting-down', 'stopping', 'stopped', 'terminated']
    const rows = states.map((state, at): [string, string, string] => [`i-${at}`, AMI(at), state])
    const { evidence } = await read({ DescribeInstances: instances(...rows) })
    expect(evidence.references.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4].map(AMI))
    expect(evidence.instances).toHaveLength(6)
  })

  it('reads instances to the last page', async () => {
    const pages = [
      `${instances(['i-1', AMI(1), 'running'])}<nextToken>2</nextToken>`,
      instances(['i-2', AMI(2), 'running']),
    ]
    expect((await references({ DescribeInstances: pages })).map(({ id }) => id)).toEqual([AMI(1), AMI(2)])
  })

  it('reads every version of every launch template, also of those no group uses', async () => {
    const found = await references({
      DescribeLaunchTemplates: [
        `<launchTemplates>${template('lt-1', 'a')}</launchTemplates><nextToken>2</nextToken>`,
        `<launchTemplates>${template('lt-2', 'b')}</launchTemplates>`,
      ],
      DescribeLaunchTemplateVersions: [
        `${versions(AMI(1), AMI(2))}<nextToken>2</nextToken>`,
        versions(AMI(3)),
        versions(AMI(4)),
      ],
    })
    expect(found.map(({ id }) => id)).toEqual([1, 2, 3, 4].map(AMI))
    expect(found[1]).toEqual({ id: AMI(2), kind: 'fleet', by: 'launch template t, version 2' })
  })

  it('follows a launch template that takes its image from a parameter, version and all', async () => {
    const { evidence, calls } = await read({
      DescribeLaunchTemplates: `<launchTemplates>${template('lt-1', 'a')}</launchTemplates>`,
      DescribeLaunchTemplateVersions: versions('resolve:ssm:/golden:3', 'resolve:ssm:/aws/service/public'),
      GetParameters: { Parameters: [{ Name: '/golden', Selector: ':3', Value: AMI(7) }] },
    })
    expect(evidence.references).toEqual([{ id: AMI(7), kind: 'fleet', by: 'parameter /golden:3' }])
    expect(calls.find(({ action }) => action === 'GetParameters')?.body).toBe('{"Names":["/golden:3"]}')
  })

  it('reads the overrides of a mixed-instances policy and the launch configurations', async () => {
    const { evidence } = await read({
      DescribeAutoScalingGroups: `<AutoScalingGroups><member><AutoScalingGroupName>g</AutoScalingGroupName>
        <Instances><member><InstanceId>i-1</InstanceId></member></Instances>
        <MixedInstancesPolicy><LaunchTemplate>
          <LaunchTemplateSpecification><LaunchTemplateId>lt-1</LaunchTemplateId></LaunchTemplateSpecification>
          <Overrides><member><ImageId>${AMI(1)}</ImageId></member><member><LaunchTemplateSpecification><LaunchTemplateName>b</LaunchTemplateName></LaunchTemplateSpecification></member></Overrides>
        </LaunchTemplate></MixedInstancesPolicy></member></AutoScalingGroups>`,
      DescribeLaunchConfigurations: `<LaunchConfigurations><member><LaunchConfigurationName>lc</LaunchConfigurationName><ImageId>${AMI(2)}</ImageId></member></LaunchConfigurations>`,
    })
    expect(evidence.references).toEqual([
      { id: AMI(1), kind: 'fleet', by: 'group g' },
      { id: AMI(2), kind: 'fleet', by: 'launch configuration lc' },
    ])
    expect(evidence.groups).toEqual([
      { name: 'g', instances: ['i-1'], launchTemplates: ['lt-1', 'b'], launchConfigurations: [] },
    ])
  })

  it('reads parameters of any name to the last page, ten values at a time', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `/p${at}`)
    const { evidence, calls } = await read({
      DescribeParameters: [
        { Parameters: names.slice(0, 6).map((Name) => ({ Name })), NextToken: '2' },
        { Parameters: names.slice(6).map((Name) => ({ Name })) },
      ],
      GetParameters: [
        { Parameters: [{ Name: '/p0', Value: `{"image":"${AMI(1)}"}` }] },
        { Parameters: [{ Name: '/p11', Value: `${AMI(2)},${AMI(3)}` }] },
      ],
    })
    expect(evidence.references.map(({ id }) => id)).toEqual([1, 2, 3].map(AMI))
    expect(evidence.parameters).toEqual(names)
    expect(calls.filter(({ action }) => action === 'GetParameters')).toHaveLength(2)
  })

  it('reads every kept release, what runs now and who holds a lock, to the last page', async () => {
    const release = (imageId: string) => ({ M: { page: { M: { imageId: { S: imageId } } } } })
    const key = (sk: string) => ({ pk: { S: 'app#web' }, sk: { S: sk } })
    const { evidence } = await read({
      Scan: [
        {
          Items: [
            { ...key('current'), release: { N: '2' } },
            { ...key('lock'), owner: { S: 'arn' } },
          ],
          LastEvaluatedKey: key('lock'),
        },
        {
          Items: [
            { ...key('release#000001'), services: release(AMI(1)) },
            { ...key('release#000002'), services: release(AMI(2)) },
            { pk: { S: 'reconcile' }, sk: { S: 'held' } },
          ],
        },
      ],
    })
    expect(evidence.references.map(({ id, by }) => [id, by])).toEqual([
      [AMI(1), 'release 1 of web'],
      [AMI(2), 'release 2 of web'],
    ])
    expect(evidence.current).toEqual([{ app: 'web', service: 'page', release: 2, imageId: AMI(2) }])
    expect(evidence.busyApps).toEqual(['web'])
  })

  it('does not take a free lock for a run', async () => {
    const Items = [{ pk: { S: 'app#web' }, sk: { S: 'lock' }, fence: { N: '4' } }]
    expect((await read({ Scan: { Items } })).evidence.busyApps).toEqual([])
  })

  it('asks who may launch the images of the stage, and only those', async () => {
    const image = (id: string, tags: string) =>
      `<item><imageId>${id}</imageId><imageState>available</imageState><isPublic>false</isPublic><tagSet>${tags}</tagSet></item>`
    const mark = '<item><key>nanofleet:stage</key><value>dev</value></item>'
    const { evidence, calls } = await read({
      DescribeImages: `<imagesSet>${image(AMI(1), mark)}${image(AMI(2), '')}</imagesSet>`,
      DescribeImageAttribute:
        '<launchPermission><item><userId>210987654321</userId></item></launchPermission>',
    })
    expect(evidence.images.map(({ sharedWith }) => sharedWith)).toEqual([['210987654321'], []])
    expect(calls.filter(({ action }) => action === 'DescribeImageAttribute')).toHaveLength(1)
  })

  it('knows since when a build is under way', async () => {
    const executions = [1767232800, 1767225600].map((startDate) => ({ startDate, executionArn: 'x' }))
    const { evidence } = await read({ ListExecutions: { executions } })
    expect(evidence.buildingSince).toBe('2026-01-01T00:00:00.000Z')
  })

  it.each([
    ['DescribeImages', 'RequestLimitExceeded'],
    ['DescribeSnapshots', 'RequestLimitExceeded'],
    ['DescribeInstances', 'RequestLimitExceeded'],
    ['DescribeLaunchTemplates', 'UnauthorizedOperation'],
    ['DescribeAutoScalingGroups', 'Throttling'],
    ['DescribeLaunchConfigurations', 'Throttling'],
    ['DescribeParameters', 'ThrottlingException'],
    ['Scan', 'ProvisionedThroughputExceededException'],
    ['ListExecutions', 'AccessDeniedException'],
  ])('is refused as a whole when %s answers %s', async (action, error) => {
    await expect(read({ [action]: { error } })).rejects.toMatchObject({ name: error })
  })

  it('is refused as a whole when only the second page fails', async () => {
    const pages = [
      `${instances(['i-1', AMI(1), 'running'])}<nextToken>2</nextToken>`,
      { error: 'RequestLimitExceeded' },
    ]
    await expect(read({ DescribeInstances: pages })).rejects.toMatchObject({ name: 'RequestLimitExceeded' })
  })

  it('is refused when the table knows what runs but not that release', async () => {
    const Items = [{ pk: { S: 'app#web' }, sk: { S: 'current' }, release: { N: '2' } }]
    await expect(read({ Scan: { Items } })).rejects.toThrow(
      'The table has no release 2 of web, which web runs',
    )
  })
})
