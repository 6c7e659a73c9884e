import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import { GetBucketLoggingCommand, GetBucketVersioningCommand } from '@aws-sdk/client-s3'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import type { Context } from '../../cli/context.ts'
import type { Finding } from '../../cli/doctor/finding.ts'
import { controlStack, logBucket } from '../../core/base/names.ts'
import { nanofleet } from '../live/cli.ts'
import { liveStage } from '../live/stage.ts'

describe('a stage that was just deployed', () => {
  let context: Context
  beforeAll(async () => {
    context = await liveStage()
  }, 240_000)

  it("has no rule left in its network's default security group", async () => {
    const stage = controlStack(context.stage)
    const { VpcId = '' } = await stackOutputs(context.cloudFormation(), stage)
    const Filters = [
      { Name: 'group-name', Values: ['default'] },
      { Name: 'vpc-id', Values: [VpcId] },
    ]
    const { SecurityGroups: own = [] } = await context
      .ec2()
      .send(new DescribeSecurityGroupsCommand({ Filters }))
    const rules = own.flatMap(({ IpPermissions = [], IpPermissionsEgress = [] }) => [
      ...IpPermissions,
      ...IpPermissionsEgress,
    ])
    expect(own).toHaveLength(1)
    expect(rules).toEqual([])
  })

  it('keeps the versions of its bucket and logs who asks for them', async () => {
    const Bucket = context.bucket
    const s3 = context.s3()
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled')
    expect((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toMatchObject({
      TargetBucket: logBucket(context.stage, context.account),
      TargetPrefix: 'buckets/control/',
    })
  })

  it('is told what its account allows', async () => {
    const { out } = await nanofleet('doctor', '--account', '--json')
    const found = JSON.parse(out) as Finding[]
    const states = Object.fromEntries(found.map(({ subject, state }) => [subject, state]))
    expect(states).toMatchObject({
      workflows: 'good',
      region: 'good',
      'instance types': 'good',
      vCPUs: 'good',
      addresses: 'good',
      networks: 'good',
      rules: 'good',
      functions: 'good',
      builds: 'good',
      tools: 'good',
      encryption: 'good',
    })
  }, 60_000)
})
