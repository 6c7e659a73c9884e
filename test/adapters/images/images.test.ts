import { EC2Client } from '@aws-sdk/client-ec2'
import { SSMClient } from '@aws-sdk/client-ssm'
import { describe, expect, it } from '@jest/globals'
import { madeImage, serviceImages, tagImage } from '../../../adapters/images/ec2-images.ts'
import { readImageRecords, writeImageRecord } from '../../../adapters/images/image-records.ts'
import {
  deleteSnapshot,
  deregister,
  Protected,
  SnapshotBusy,
} from '../../../adapters/images/image-removal.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

type Settings = Awaited<ReturnType<CannedAws['start']>>

async function withAws<T>(
  answers: Record<string, Answer | Answer[]>,
  use: (settings: Settings) => Promise<T>,
) {
  const aws = new CannedAws(answers)
  const settings = await aws.start()
  try {
    return { result: await use(settings), calls: aws.calls }
  } finally {
    await aws.stop()
  }
}

describe('images of a service', () => {
  it('are found by their tags, to the last page', async () => {
    const image = (id: string, state: string) =>
      `<imagesSet><item><imageId>${id}</imageId><imageState>${state}</imageState><creationDate>2026-01-01T00:00:00.000Z</creationDate><tagSet><item><key>nanofleet:service</key><value>page</value></item><item><key>nanofleet:hash</key><value>h1</value></item></tagSet></item></imagesSet>`
    const { result, calls } = await withAws(
      {
        DescribeImages: [`${image('ami-1', 'available')}<nextToken>2</nextToken>`, image('ami-2', 'invalid')],
      },
      (settings) =>
        serviceImages(new EC2Client(settings), { stage: 'dev', app: 'web', service: 'page', hash: 'h1' }),
    )
    const common = { service: 'page', hash: 'h1', createdAt: '2026-01-01T00:00:00.000Z' }
    expect(result).toEqual([
      { imageId: 'ami-1', state: 'available', ...common },
      { imageId: 'ami-2', state: 'failed', ...common },
    ])
    const asked = new URLSearchParams(calls[0]?.body)
    expect([...asked.entries()]).toEqual(
      expect.arrayContaining([
        ['Owner.1', 'self'],
        ['Filter.1.Name', 'tag:nanofleet:stage'],
        ['Filter.4.Name', 'tag:nanofleet:hash'],
      ]),
    )
  })
})

describe('the image that a build made', () => {
  const images = `<imagesSet><item><imageId>ami-1</imageId><name>n</name><imageState>available</imageState><creationDate>2026-01-01T00:00:00.000Z</creationDate><tagSet><item><key>CreatedBy</key><value>ops</value></item></tagSet><blockDeviceMapping><item><ebs><snapshotId>snap-1</snapshotId></ebs></item></blockDeviceMapping></item></imagesSet>`
  const snapshots = `<snapshotSet><item><snapshotId>snap-1</snapshotId><tagSet><item><key>nanofleet:hash</key><value>h1</value></item></tagSet></item></snapshotSet>`
  const made = {
    imageId: 'ami-1',
    name: 'n',
    state: 'available',
    createdAt: '2026-01-01T00:00:00.000Z',
    tags: { CreatedBy: 'ops' },
    snapshots: [{ snapshotId: 'snap-1', tags: { 'nanofleet:hash': 'h1' } }],
  }

  it('is looked for among the images of this account, with its snapshots', async () => {
    const { result, calls } = await withAws(
      { DescribeImages: images, DescribeSnapshots: snapshots },
      (settings) => madeImage(new EC2Client(settings), 'ami-1'),
    )
    expect(result).toEqual(made)
    const [first, second] = calls.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
    expect(first).toMatchObject({ 'Owner.1': 'self', 'Filter.1.Name': 'image-id' })
    expect(second).toMatchObject({ 'Owner.1': 'self', 'Filter.1.Value.1': 'snap-1' })
  })

  it("has no snapshots when one of them is somebody else's, and may be unknown", async () => {
    const none = { DescribeImages: images, DescribeSnapshots: '<snapshotSet/>' }
    const { result } = await withAws(none, (settings) => madeImage(new EC2Client(settings), 'ami-1'))
    expect(result?.snapshots).toEqual([])
    const unknown = { DescribeImages: '<imagesSet/>' }
    const { result: nothing } = await withAws(unknown, (settings) =>
      madeImage(new EC2Client(settings), 'ami-1'),
    )
    expect(nothing).toBeUndefined()
  })

  it('is tagged with its snapshots', async () => {
    const { calls } = await withAws({ CreateTags: '' }, (settings) =>
      tagImage(new EC2Client(settings), made, { Name: 'n' }),
    )
    expect(Object.fromEntries(new URLSearchParams(calls[0]?.body))).toMatchObject({
      'ResourceId.1': 'ami-1',
      'ResourceId.2': 'snap-1',
      'Tag.1.Key': 'Name',
    })
  })
})

describe('image records', () => {
  it('are read ten at a time; a service without one has none', async () => {
    const services = Array.from({ length: 11 }, (_, at) => `s${at}`)
    const value = { hash: 'h', imageId: 'ami-1', builtAt: '2026-01-01T00:00:00.000Z' }
    const { result, calls } = await withAws(
      {
        GetParameters: [
          { Parameters: [{ Name: '/nanofleet/dev/web/s1/image', Value: JSON.stringify(value) }] },
          { InvalidParameters: ['/nanofleet/dev/web/s10/image'] },
        ],
      },
      (settings) => readImageRecords(new SSMClient(settings), 'dev', 'web', services),
    )
    expect([...result]).toEqual([['s1', value]])
    expect(calls).toHaveLength(2)
  })

  it('that cannot be read are named with the remedy', async () => {
    const Parameters = [{ Name: '/nanofleet/dev/web/page/image', Value: 'ami-1' }]
    const reading = withAws({ GetParameters: { Parameters } }, (settings) =>
      readImageRecords(new SSMClient(settings), 'dev', 'web', ['page']),
    )
    await expect(reading).rejects.toThrow(
      'The parameter /nanofleet/dev/web/page/image holds no image record; delete it and build again',
    )
  })

  it('are written over the one before', async () => {
    const { calls } = await withAws({}, (settings) =>
      writeImageRecord(new SSMClient(settings), 'dev', 'web', 'page', {
        hash: 'h',
        imageId: 'ami-1',
        builtAt: 't',
      }),
    )
    expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({
      Name: '/nanofleet/dev/web/page/image',
      Value: '{"hash":"h","imageId":"ami-1","builtAt":"t"}',
      Overwrite: true,
    })
  })
})

describe('a removal', () => {
  const remove = (answers: Record<string, Answer>) =>
    withAws(answers, async (settings) => {
      await deregister(new EC2Client(settings), 'ami-1')
      await deleteSnapshot(new EC2Client(settings), 'snap-1')
    })

  it('of what is gone already succeeds, so that it can be repeated', async () => {
    const gone = {
      DeregisterImage: { error: 'InvalidAMIID.Unavailable' },
      DeleteSnapshot: { error: 'InvalidSnapshot.NotFound' },
    }
    expect((await remove(gone)).calls.map(({ action }) => action)).toEqual([
      'DeregisterImage',
      'DeleteSnapshot',
    ])
  })

  it('waits for a snapshot that still belongs to an image', async () => {
    await expect(remove({ DeleteSnapshot: { error: 'InvalidSnapshot.InUse' } })).rejects.toBeInstanceOf(
      SnapshotBusy,
    )
  })

  it.each([
    [{ DeregisterImage: { error: 'OperationNotPermitted' } }, 'The image ami-1 is protected: no'],
    [{ DeleteSnapshot: { error: 'SnapshotLocked' } }, 'The snapshot snap-1 is protected: no'],
  ])('says of what a person protected that it is: %j', async (answers, message) => {
    const removal = remove(answers as Record<string, Answer>)
    await expect(removal).rejects.toBeInstanceOf(Protected)
    await expect(removal).rejects.toThrow(message)
  })

  it('does not go on to the snapshot when the image cannot be deregistered', async () => {
    await expect(remove({ DeregisterImage: { error: 'UnauthorizedOperation' } })).rejects.toMatchObject({
      name: 'UnauthorizedOperation',
    })
  })
})
