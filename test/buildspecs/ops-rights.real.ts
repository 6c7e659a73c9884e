import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CompleteSnapshotCommand,
  EBSClient,
  ListSnapshotBlocksCommand,
  StartSnapshotCommand,
} from '@aws-sdk/client-ebs'
import {
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  EC2Client,
  RegisterImageCommand,
  type Tag,
} from '@aws-sdk/client-ec2'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { parse } from 'yaml'
import { awsFrom } from '../../buildspecs/aws.mjs'
import { makeAmi } from '../../buildspecs/ops.mjs'
import { parseSettings } from '../../buildspecs/settings.mjs'
import { CLOUDFORMATION_TAGS } from '../../core/base/cloudformation-yaml.ts'
import { type OwnEmulator, ownEmulator } from '../live/own-emulator.ts'

jest.setTimeout(60_000)

const DISK = join(import.meta.dirname, 'ops-rights.real.ts')
const stageTag = { Key: 'nanofleet:stage', Value: 'dev' }
const settings = parseSettings(
  {
    ...{ APP: 'web', SERVICE: 'page', HASH: '0123456789abcdef', STAGE: 'dev', BUCKET: 'nanofleet-dev-1' },
    ...{ AWS_REGION: 'eu-west-1' },
  },
  '/src',
)

/** The statements of resources/packagers/ops.yml as they are in the stage `dev`. */
function policy(): string {
  const file = join(import.meta.dirname, '../../resources/packagers/ops.yml')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the variable of serverless
  const text = readFileSync(file, 'utf8').replaceAll('${sls:stage}', 'dev')
  const { ImagePackagerPolicy } = parse(text, { customTags: CLOUDFORMATION_TAGS }).Resources
  return JSON.stringify(ImagePackagerPolicy.Properties.PolicyDocument, (_key, value) =>
    value?.['Fn::Sub']
      ? String(value['Fn::Sub']).replace(/\$\{AWS::(\w+)\}/g, (_all, name) =>
          name === 'Partition' ? 'aws' : 'eu-west-1',
        )
      : value?.['Fn::GetAtt']
        ? 'arn:aws:ecr:eu-west-1:000000000000:repository/nanofleet-dev-upstream'
        : value,
  )
}

let emulator: OwnEmulator
let root: { ec2: EC2Client; ebs: EBSClient }
let builder: { ec2: EC2Client; ebs: EBSClient; options: object }
beforeAll(async () => {
  emulator = await ownEmulator()
  root = { ec2: new EC2Client(emulator.client), ebs: new EBSClient(emulator.client) }
  const iam = new IAMClient(emulator.client)
  const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
  const document = JSON.stringify({ Version: '2012-10-17', Statement: [trust] })
  const made = await iam.send(
    new CreateRoleCommand({ RoleName: 'build', AssumeRolePolicyDocument: document }),
  )
  await iam.send(new PutRolePolicyCommand({ RoleName: 'build', PolicyName: 'ops', PolicyDocument: policy() }))
  const assume = new AssumeRoleCommand({ RoleArn: made.Role?.Arn, RoleSessionName: 'test' })
  const { Credentials } = await new STSClient(emulator.client).send(assume)
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  }
  const options = { ...emulator.client, credentials }
  builder = { ec2: new EC2Client(options), ebs: new EBSClient(options), options }
})
afterAll(async () => {
  await emulator.stop()
})

/** An AMI and its snapshot, made by somebody else. */
async function made(tags: Tag[]): Promise<{ imageId: string; snapshotId: string }> {
  const { SnapshotId = '' } = await root.ebs.send(new StartSnapshotCommand({ VolumeSize: 1, Tags: tags }))
  await root.ebs.send(new CompleteSnapshotCommand({ SnapshotId, ChangedBlocksCount: 0 }))
  const image = {
    Name: `made-${SnapshotId}`,
    RootDeviceName: '/dev/xvda',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
    ...(tags.length > 0 && { TagSpecifications: [{ ResourceType: 'image' as const, Tags: tags }] }),
  }
  const { ImageId = '' } = await root.ec2.send(new RegisterImageCommand(image))
  return { imageId: ImageId, snapshotId: SnapshotId }
}

const refused = async (call: Promise<unknown>): Promise<string> =>
  await call.then(
    () => 'allowed',
    (error: Error) => error.name,
  )
const DENIED = /^(AccessDeniedException|UnauthorizedOperation)$/

describe('the role of a build', () => {
  it('is enough for a first image and for one that builds on it', async () => {
    const aws = awsFrom([process.cwd()], builder.options)
    const first = await makeAmi(aws, settings, DISK)
    expect(first).toMatch(/^ami-/)
    const { Images } = await root.ec2.send(new DescribeImagesCommand({ ImageIds: [first] }))
    const parent = Images?.[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId
    const second = await makeAmi(aws, { ...settings, parent, build: 'another' }, DISK)
    expect(second).toMatch(/^ami-/)
  })

  it.each<[string, Tag[]]>([
    ['nobody marked', []],
    ['another stage made', [{ Key: 'nanofleet:stage', Value: 'prod' }]],
    ['its own stage has recorded', [stageTag, { Key: 'nanofleet:hash', Value: 'abc' }]],
  ])('can neither tag, delete, replace nor write what %s', async (_what, tags) => {
    const { imageId, snapshotId } = await made(tags)
    const mapping = [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId: snapshotId } }]
    const attempts = [
      builder.ec2.send(new CreateTagsCommand({ Resources: [snapshotId], Tags: [stageTag] })),
      builder.ec2.send(new CreateTagsCommand({ Resources: [imageId], Tags: [stageTag] })),
      builder.ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId })),
      builder.ec2.send(new DeregisterImageCommand({ ImageId: imageId })),
      builder.ec2.send(
        new RegisterImageCommand({
          Name: `mine-${snapshotId}`,
          BlockDeviceMappings: mapping,
          TagSpecifications: [{ ResourceType: 'image', Tags: [stageTag] }],
        }),
      ),
      builder.ebs.send(new CompleteSnapshotCommand({ SnapshotId: snapshotId, ChangedBlocksCount: 0 })),
    ]
    for (const answer of await Promise.all(attempts.map(refused))) expect(answer).toMatch(DENIED)
  })

  it.each<[string, Tag[]]>([
    ['nobody marked', []],
    ['another stage made', [{ Key: 'nanofleet:stage', Value: 'prod' }]],
  ])('can neither read nor build on a snapshot that %s', async (_what, tags) => {
    const { snapshotId } = await made(tags)
    const attempts = [
      builder.ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: snapshotId })),
      builder.ebs.send(
        new StartSnapshotCommand({ VolumeSize: 1, ParentSnapshotId: snapshotId, Tags: [stageTag] }),
      ),
    ]
    for (const answer of await Promise.all(attempts.map(refused))) expect(answer).toMatch(DENIED)
  })

  it.each<[string, Tag[]]>([
    ['without tags', []],
    ["with another stage's", [{ Key: 'nanofleet:stage', Value: 'prod' }]],
    ["with a service's", [stageTag, { Key: 'nanofleet:service', Value: 'web' }]],
    ['with a hash', [stageTag, { Key: 'nanofleet:hash', Value: 'abc' }]],
  ])('can start no snapshot %s', async (_how, Tags) => {
    const attempt = builder.ebs.send(new StartSnapshotCommand({ VolumeSize: 1, Tags }))
    expect(await refused(attempt)).toMatch(DENIED)
  })
})
