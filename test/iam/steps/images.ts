import { setTimeout as sleep } from 'node:timers/promises'
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { BatchGetBuildsCommand, type Build, StartBuildCommand } from '@aws-sdk/client-codebuild'
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  RegisterImageCommand,
  type ResourceType,
} from '@aws-sdk/client-ec2'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { CREATED_BY, controlName, imageName, sourceKey, TAG } from '../../../core/base/names.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE } from '../world.ts'

const EVIDENCE = [
  'ec2:DescribeImages',
  'ec2:DescribeSnapshots',
  'ec2:DescribeInstances',
  'ec2:DescribeLaunchTemplates',
  'ec2:DescribeLaunchTemplateVersions',
  'ec2:DescribeImageAttribute',
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeLaunchConfigurations',
  'ssm:DescribeParameters',
  'ssm:GetParameters',
  'dynamodb:Scan',
  'states:ListExecutions',
]

/** The hash of what is built here: no image of an app has it. */
const HASH = '0000000000000000'
/** The name of what is built here, which is all that a build says of it. */
const OURS = { Name: 'tag:Name', Values: [`nanofleet-*-${HASH}`] }

const tagged = (world: IamWorld, ResourceType: ResourceType) => [
  {
    ResourceType,
    Tags: Object.entries({
      Name: imageName(world.context.stage, PROBE, 'probe', HASH),
      [TAG.createdBy]: CREATED_BY,
      [TAG.stage]: world.context.stage,
      [TAG.app]: PROBE,
      [TAG.service]: 'probe',
      [TAG.hash]: HASH,
    }).map(([Key, Value]) => ({ Key, Value })),
  },
]

/** An unused image, as the packager leaves it. */
async function image(world: IamWorld): Promise<void> {
  const ec2 = world.context.ec2()
  const AvailabilityZone = `${world.context.region}a`
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone, Size: 1 }))
  const snapshot = { VolumeId, TagSpecifications: tagged(world, 'snapshot') }
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand(snapshot))
  await ec2.send(
    new RegisterImageCommand({
      Name: `${PROBE}-${Date.now()}`,
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
      TagSpecifications: tagged(world, 'image'),
    }),
  )
  await ec2.send(new DeleteVolumeCommand({ VolumeId }))
}

async function imagesOfProbe(world: IamWorld) {
  const ec2 = world.context.ec2()
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'], Filters: [OURS] }))
  return Images.map(({ ImageId = '' }) => ImageId)
}

async function snapshotsOfProbe(world: IamWorld) {
  const wanted = { OwnerIds: ['self'], Filters: [OURS] }
  const { Snapshots = [] } = await world.context.ec2().send(new DescribeSnapshotsCommand(wanted))
  return Snapshots.map(({ SnapshotId = '' }) => SnapshotId)
}

async function removeImages(world: IamWorld): Promise<void> {
  const ec2 = world.context.ec2()
  for (const ImageId of await imagesOfProbe(world)) await ec2.send(new DeregisterImageCommand({ ImageId }))
  for (const SnapshotId of await snapshotsOfProbe(world))
    await ec2.send(new DeleteSnapshotCommand({ SnapshotId }))
  const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ Filters: [OURS] }))
  for (const { VolumeId } of Volumes) await ec2.send(new DeleteVolumeCommand({ VolumeId }))
}

/** Builds the source of web under its own hash. @throws ServiceFailure with the end of the log */
async function build(world: IamWorld, overrides: Record<string, string> = {}): Promise<void> {
  const variables = {
    APP: 'web',
    SERVICE: 'web',
    HASH,
    SOURCE_KEY: sourceKey(world.web.services.web?.source ?? ''),
    RESOLVERS: '',
    ...overrides,
  }
  const answer = await world.codeBuild.send(
    new StartBuildCommand({
      projectName: controlName(world.context.stage, 'image'),
      environmentVariablesOverride: Object.entries(variables).map(([name, value]) => ({ name, value })),
    }),
  )
  const over = await ended(world, answer.build?.id ?? '')
  if (over.buildStatus === 'SUCCEEDED') return
  const said = (over.phases ?? []).flatMap(({ contexts }) => contexts ?? []).map(({ message }) => message)
  throw new ServiceFailure([...said, ...(await logOf(world, over))].filter(Boolean).join('\n'))
}

async function ended(world: IamWorld, id: string): Promise<Build> {
  for (let waited = 0; waited < 600; waited++) {
    const { builds } = await world.codeBuild.send(new BatchGetBuildsCommand({ ids: [id] }))
    if (builds?.[0]?.buildComplete) return builds[0]
    await sleep(100)
  }
  throw new ServiceFailure(`the build ${id} has not ended after 60 s`)
}

async function logOf(world: IamWorld, { logs }: Build): Promise<string[]> {
  if (!logs?.groupName || !logs.streamName) return []
  const stream = { logGroupName: logs.groupName, logStreamName: logs.streamName }
  const { events = [] } = await world.context.logs().send(new GetLogEventsCommand(stream))
  return events.map(({ message = '' }) => message)
}

/** Steps that build and remove images. */
export const imageSteps: Step[] = [
  {
    role: 'PlanCleanAmisRole',
    does: 'plan-clean-amis: a plan',
    covers: needs('s3:PutObject', ...EVIDENCE),
    run: async (world) => void (await world.invoke('plan-clean-amis', { input: {}, execution: PROBE })),
  },
  {
    role: 'RemoveImageRole',
    does: 'remove-image: an unused one',
    covers: needs('ec2:DeregisterImage', 'ec2:DeleteSnapshot', ...EVIDENCE),
    prepare: image,
    run: async (world) => {
      const [imageId] = await imagesOfProbe(world)
      const options = { dryRun: false, keep: 0, minAgeDays: 0, max: 1 }
      const removed = await world.invoke('remove-image', {
        item: { imageId, snapshots: await snapshotsOfProbe(world), reason: '' },
        options,
      })
      if (!(removed as { removed: boolean }).removed) throw new ServiceFailure(JSON.stringify(removed))
    },
    tidy: removeImages,
  },
  {
    role: 'ImageProjectRole',
    does: 'a build of web',
    covers: needs(
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      'ec2:CreateVolume',
      'ec2:DeleteVolume',
      'ec2:CreateSnapshot',
      'ec2:RegisterImage',
      'ec2:CreateTags',
    ),
    run: (world) => build(world),
    tidy: removeImages,
  },
  {
    role: 'ImageProjectRole',
    does: 'a build whose snapshot cannot be filled',
    covers: needs('ec2:DeleteSnapshot'),
    run: async (world) => {
      const problem = await build(world, { NANOFLEET_SNAPSHOTS: '/dev/null' }).then(
        () => 'it succeeded',
        (error: Error) => error.message,
      )
      if (!problem.includes('ENOTDIR')) throw new ServiceFailure(problem)
    },
    tidy: removeImages,
  },
]
