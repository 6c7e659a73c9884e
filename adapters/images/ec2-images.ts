import {
  CreateTagsCommand,
  DescribeImageAttributeCommand,
  type EC2Client,
  type Image,
  paginateDescribeImages,
  paginateDescribeSnapshots,
  type Tag,
} from '@aws-sdk/client-ec2'
import { CREATED_BY, TAG } from '../../core/base/names.ts'
import type { AccountImage, AccountSnapshot } from '../../core/images/ami-evidence.ts'
import type { ServiceImage } from '../../core/images/build-plan.ts'
import type { MadeImage } from '../../core/images/made-image.ts'

/** Every image of an app in this stage, or of one service with one hash. */
export async function serviceImages(
  ec2: EC2Client,
  wanted: { stage: string; app: string; service?: string; hash?: string },
): Promise<ServiceImage[]> {
  const tags = {
    [TAG.stage]: wanted.stage,
    [TAG.app]: wanted.app,
    [TAG.service]: wanted.service,
    [TAG.hash]: wanted.hash,
  }
  const images = await ownImages(ec2, tags)
  return images.map((image) => ({
    imageId: image.ImageId ?? '',
    service: tagsOf(image.Tags)[TAG.service] ?? '',
    hash: tagsOf(image.Tags)[TAG.hash] ?? '',
    createdAt: image.CreationDate ?? '',
    state: image.State === 'available' ? 'available' : image.State === 'pending' ? 'pending' : 'failed',
    ...rootSnapshot(image),
  }))
}

const rootSnapshot = ({ BlockDeviceMappings: disks = [], RootDeviceName: root }: Image) => {
  const snapshotId = disks.find(({ DeviceName }) => DeviceName === root)?.Ebs?.SnapshotId
  return snapshotId === undefined ? {} : { snapshotId }
}

/**
 * An image of this account, and those of its snapshots that are this account's. A filter, and not a list of
 * ids, as EC2 refuses an id that it does not know yet.
 */
export async function madeImage(ec2: EC2Client, imageId = ''): Promise<MadeImage | undefined> {
  const Filters = [{ Name: 'image-id', Values: [imageId] }]
  const answer = paginateDescribeImages({ client: ec2, pageSize: 500 }, { Owners: ['self'], Filters })
  const images: Image[] = []
  for await (const page of answer) images.push(...(page.Images ?? []))
  const image = images.find(({ ImageId }) => ImageId === imageId)
  if (!image) return undefined
  const ids = (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? [])
  const snapshots: MadeImage['snapshots'] = []
  const wanted = { OwnerIds: ['self'], Filters: [{ Name: 'snapshot-id', Values: ids }] }
  for await (const page of paginateDescribeSnapshots({ client: ec2, pageSize: 500 }, wanted))
    for (const { SnapshotId = '', Tags } of page.Snapshots ?? [])
      snapshots.push({ snapshotId: SnapshotId, tags: tagsOf(Tags) })
  return {
    imageId,
    name: image.Name ?? '',
    state: image.State ?? '',
    createdAt: image.CreationDate ?? '',
    tags: tagsOf(image.Tags),
    snapshots: ids.length === snapshots.length ? snapshots : [],
  }
}

/** Gives an image and its snapshots these tags. */
export async function tagImage(
  ec2: EC2Client,
  { imageId, snapshots }: MadeImage,
  tags: Record<string, string>,
): Promise<void> {
  await ec2.send(
    new CreateTagsCommand({
      Resources: [imageId, ...snapshots.map(({ snapshotId }) => snapshotId)],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  )
}

/** An AMI of a stage, for display. */
export interface StageImage {
  imageId: string
  app: string
  service: string
  hash: string
  /** ISO 8601; empty when EC2 does not say. */
  createdAt: string
  /** `available`, `pending`, `failed` and so on, in EC2's words. */
  state: string
  /** Bytes in the blocks of its snapshots that hold something; absent while EC2 does not say. */
  bytes?: number
}

/** Every image that was built for a stage, by app and service, newest first. */
export async function stageImages(ec2: EC2Client, stage: string): Promise<StageImage[]> {
  const wanted = { [TAG.createdBy]: CREATED_BY, [TAG.stage]: stage }
  const [images, sizes] = await Promise.all([ownImages(ec2, wanted), snapshotSizes(ec2, stage)])
  const found = images.map((image): StageImage => {
    const tags = tagsOf(image.Tags)
    const bytes = (image.BlockDeviceMappings ?? []).map(({ Ebs }) => sizes.get(Ebs?.SnapshotId ?? ''))
    return {
      imageId: image.ImageId ?? '',
      app: tags[TAG.app] ?? '',
      service: tags[TAG.service] ?? '',
      hash: tags[TAG.hash] ?? '',
      createdAt: image.CreationDate ?? '',
      state: image.State ?? '',
      ...(bytes[0] !== undefined && { bytes: bytes.reduce<number>((sum, one = 0) => sum + one, 0) }),
    }
  })
  const place = ({ app, service }: StageImage): string => `${app}/${service}`
  return found.sort((a, b) => place(a).localeCompare(place(b)) || b.createdAt.localeCompare(a.createdAt))
}

/** EC2 API Reference, "Snapshot": the full size is that of all blocks, whatever it shares with its parent. */
async function snapshotSizes(ec2: EC2Client, stage: string): Promise<Map<string, number>> {
  const Filters = [{ Name: `tag:${TAG.stage}`, Values: [stage] }]
  const pages = paginateDescribeSnapshots({ client: ec2, pageSize: 500 }, { OwnerIds: ['self'], Filters })
  const sizes = new Map<string, number>()
  for await (const page of pages)
    for (const { SnapshotId = '', FullSnapshotSizeInBytes: size } of page.Snapshots ?? [])
      if (size !== undefined) sizes.set(SnapshotId, size)
  return sizes
}

/**
 * Every image that this account owns in the region; launch permissions are asked only for those of the stage.
 */
export async function accountImages(ec2: EC2Client, stage: string): Promise<AccountImage[]> {
  const images: AccountImage[] = []
  for (const image of await ownImages(ec2, {})) {
    const tags = tagsOf(image.Tags)
    images.push({
      imageId: image.ImageId ?? '',
      createdAt: image.CreationDate ?? '',
      state: image.State ?? '',
      tags,
      snapshots: (image.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
      sharedWith: tags[TAG.stage] === stage ? await launchPermissions(ec2, image) : [],
      isProtected: /^enabled/.test(image.DeregistrationProtection ?? ''),
    })
  }
  return images
}

/** Every snapshot that this account owns in the region. */
export async function accountSnapshots(ec2: EC2Client): Promise<AccountSnapshot[]> {
  const snapshots: AccountSnapshot[] = []
  for await (const page of paginateDescribeSnapshots(
    { client: ec2, pageSize: 500 },
    { OwnerIds: ['self'] },
  )) {
    for (const snapshot of page.Snapshots ?? []) {
      snapshots.push({
        snapshotId: snapshot.SnapshotId ?? '',
        startedAt: snapshot.StartTime?.toISOString() ?? '',
        tags: tagsOf(snapshot.Tags),
      })
    }
  }
  return snapshots
}

async function ownImages(ec2: EC2Client, tags: Record<string, string | undefined>): Promise<Image[]> {
  const Filters = Object.entries(tags).flatMap(([tag, value]) =>
    value === undefined ? [] : [{ Name: `tag:${tag}`, Values: [value] }],
  )
  const images: Image[] = []
  // Without a page size DescribeImages answers in one page, and fails if the account has too many images.
  const pages = paginateDescribeImages({ client: ec2, pageSize: 500 }, { Owners: ['self'], Filters })
  for await (const page of pages) images.push(...(page.Images ?? []))
  return images
}

async function launchPermissions(ec2: EC2Client, { ImageId, Public }: Image): Promise<string[]> {
  if (Public) return ['everybody']
  const answer = await ec2.send(new DescribeImageAttributeCommand({ ImageId, Attribute: 'launchPermission' }))
  return (answer.LaunchPermissions ?? []).map(
    (permission) =>
      permission.UserId ??
      permission.OrganizationArn ??
      permission.OrganizationalUnitArn ??
      (permission.Group === 'all' ? 'everybody' : 'somebody'),
  )
}

function tagsOf(tags: Tag[] | undefined): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? '', Value ?? '']))
}
