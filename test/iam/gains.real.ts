import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import {
  DeleteRolePolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListUsersCommand,
  PutRolePolicyCommand,
  paginateListRoles,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ServiceFailure } from '../../core/base/errors.ts'
import { boundary, controlName, rolePath, secretParameter } from '../../core/base/names.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { clientSettings, regionOf, withWeb } from '../live/stage.ts'
import { GAINS, type Gain } from './gains.ts'
import { instanceCredentials } from './instance-credentials.ts'
import { IamWorld } from './world.ts'

const cases = GAINS.filter(({ denied }) => denied).map((gain): [string, Gain] => [gain.what, gain])

/** The role of the stage whose name begins so. */
async function roleNamed(iam: IAMClient, start: string): Promise<string> {
  for await (const { Roles = [] } of paginateListRoles({ client: iam }, {})) {
    const found = Roles.find(({ RoleName = '' }) => RoleName.startsWith(start))
    if (found?.RoleName) return found.RoleName
  }
  throw new ServiceFailure(`the stage has no role ${start}`)
}

/** Brings up a stack as a role; why its resources failed. */
async function reasons(client: CloudFormationClient, name: string, role: string, template: string) {
  const stack = { StackName: name, TemplateBody: template, RoleARN: role }
  await client.send(new CreateStackCommand({ ...stack, Capabilities: ['CAPABILITY_NAMED_IAM'] }))
  for (let waited = 0; waited < 100; waited++) {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }))
    const status = Stacks?.[0]?.StackStatus ?? ''
    if (!status.endsWith('_IN_PROGRESS')) {
      const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: name }))
      await client.send(new DeleteStackCommand({ StackName: name }))
      return [status, ...StackEvents.map(({ ResourceStatusReason = '' }) => ResourceStatusReason)]
    }
    await sleep(100)
  }
  throw new ServiceFailure(`the stack ${name} is not over after 10 s`)
}

describe('a manifest that tries to gain rights', () => {
  let world: IamWorld
  let stackRole: { name: string; arn: string }
  beforeAll(async () => {
    world = await IamWorld.open(await withWeb())
    const name = await roleNamed(world.iam, controlName(world.context.stage, 'StackRole'))
    const { Role } = await world.iam.send(new GetRoleCommand({ RoleName: name }))
    stackRole = { name, arn: Role?.Arn ?? '' }
  }, 300_000)
  afterAll(() => world.close())

  it.each(cases)('is refused by the role that makes stacks: %s', async (_what, { resources, denied }) => {
    const { stage, account } = world.context
    const template = JSON.stringify({ Resources: resources })
      .replaceAll('STACK_ROLE_ARN', stackRole.arn)
      .replaceAll('STACK_ROLE', stackRole.name)
      .replaceAll('BOUNDARY', `arn:aws:iam::${account}:policy/${boundary(stage, 'apps')}`)
      .replaceAll('STAGE', stage)
    const client = world.context.cloudFormation()
    const said = await reasons(client, `nanofleet-${stage}-gain`, stackRole.arn, template)
    expect(said[0]).toBe('ROLLBACK_COMPLETE')
    expect(said).toContainEqual(
      expect.stringContaining(`is not authorized to perform: ${denied} on resource`),
    )
  })
})

describe('a role of an app that was given all rights', () => {
  let world: IamWorld
  let name: string
  let settings: ReturnType<typeof clientSettings>
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  }
  beforeAll(async () => {
    world = await IamWorld.open(await withWeb())
    const { context, iam } = world
    name = await roleNamed(iam, `nanofleet-${context.stage}-web-web-`)
    const all = { RoleName: name, PolicyName: 'all', PolicyDocument: JSON.stringify(policy) }
    await iam.send(new PutRolePolicyCommand(all))
    const [instance] = await serviceInstances(regionOf(context), 'web', 'web')
    const credentials = await instanceCredentials(instance?.privateIp ?? '')
    settings = { ...clientSettings(context), credentials }
  }, 300_000)
  afterAll(async () => {
    await world.iam.send(new DeleteRolePolicyCommand({ RoleName: name, PolicyName: 'all' }))
    await world.close()
  })

  it('lies in the path of apps, within the boundary', async () => {
    const { Role } = await world.iam.send(new GetRoleCommand({ RoleName: name }))
    expect(Role?.Path).toBe(rolePath(world.context.stage, 'web'))
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn).toMatch(/-apps-boundary$/)
  })

  it('gains none that an app may not have', async () => {
    await expect(new IAMClient(settings).send(new ListUsersCommand({}))).rejects.toThrow(
      'because no permissions boundary allows the iam:ListUsers action',
    )
  })

  it("reaches neither the stage's keys, nor its functions, bucket and table", async () => {
    const { stage, bucket, table } = world.context
    const Names = [secretParameter(stage, 'platform', 'management-token')]
    const keys = new GetParametersCommand({ Names, WithDecryption: true })
    await expect(new SSMClient(settings).send(keys)).rejects.toThrow(
      'with an explicit deny in a permissions boundary',
    )
    const call = new InvokeCommand({ FunctionName: controlName(stage, 'apply-stack') })
    await expect(new LambdaClient(settings).send(call)).rejects.toThrow(/not authorized|explicit deny/)
    const list = new ListObjectsV2Command({ Bucket: bucket })
    await expect(new S3Client({ ...settings, forcePathStyle: true }).send(list)).rejects.toThrow(
      /denied|authorized/i,
    )
    const scan = new ScanCommand({ TableName: table })
    await expect(new DynamoDBClient(settings).send(scan)).rejects.toThrow(/not authorized/)
  })

  it('is of no use to a foreign account that it trusts', async () => {
    const { context, iam } = world
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: name }))
    const trusted = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')
    const everybody = JSON.parse(trusted)
    everybody.Statement[0].Principal = { AWS: '*' }
    const trust = (PolicyDocument: string) =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: name, PolicyDocument }))
    await trust(JSON.stringify(everybody))
    try {
      const sts = new STSClient(clientSettings(context))
      const session = { RoleArn: Role?.Arn, RoleSessionName: 'i-00000000000000000' }
      const { Credentials } = await sts.send(new AssumeRoleCommand(session))
      const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
      const credentials = {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
      }
      const ssm = new SSMClient({ ...clientSettings(context), credentials })
      await expect(ssm.send(new GetParametersCommand({ Names: ['/any'] }))).rejects.toThrow(
        'with an explicit deny in a permissions boundary',
      )
    } finally {
      await trust(trusted)
    }
  })
})
