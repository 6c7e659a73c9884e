import { once } from 'node:events'
import { EBSClient, GetSnapshotBlockCommand, ListSnapshotBlocksCommand } from '@aws-sdk/client-ebs'
import { EC2Client } from '@aws-sdk/client-ec2'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { accountImages, accountSnapshots } from '../../adapters/images/ec2-images.ts'
import { BLOCK, CONFIG, ImageBuilds } from '../live/image-builds.ts'
import { type OwnEmulator, ownEmulator } from '../live/own-emulator.ts'

jest.setTimeout(240_000)

const NAME = 'nanofleet-dev-web-page-0123456789abcdef'

let emulator: OwnEmulator
let ec2: EC2Client
let ebs: EBSClient
beforeAll(async () => {
  emulator = await ownEmulator()
  ec2 = new EC2Client(emulator.client)
  ebs = new EBSClient(emulator.client)
})
afterAll(async () => {
  await emulator.stop()
})

let builds: ImageBuilds
beforeEach(async () => {
  builds = await new ImageBuilds(emulator.client).prepare()
})
afterEach(() => builds.remove())

const ours = async () => {
  const images = await accountImages(ec2, 'dev')
  const snapshots = await accountSnapshots(ec2)
  return { images, snapshots }
}

async function blocksOf(snapshotId: string): Promise<Map<number, Buffer>> {
  const found = new Map<number, Buffer>()
  const page = await ebs.send(new ListSnapshotBlocksCommand({ SnapshotId: snapshotId }))
  for (const { BlockIndex = 0, BlockToken = '' } of page.Blocks ?? []) {
    const asked = { SnapshotId: snapshotId, BlockIndex, BlockToken }
    const { BlockData } = await ebs.send(new GetSnapshotBlockCommand(asked))
    found.set(BlockIndex, Buffer.from((await BlockData?.transformToByteArray()) ?? []))
  }
  return found
}

/** The blocks of a disk image that hold something. */
function blocksIn(disk: Buffer): Map<number, Buffer> {
  const blocks = Array.from({ length: Math.ceil(disk.length / BLOCK) }, (_one, index) => {
    const block = Buffer.alloc(BLOCK)
    disk.copy(block, 0, index * BLOCK)
    return [index, block] as const
  })
  return new Map(blocks.filter(([, block]) => block.some((byte) => byte !== 0)))
}

const snapshotOf = async (imageId: string): Promise<string> =>
  (await ours()).images.find((image) => image.imageId === imageId)?.snapshots[0] ?? ''

describe('a build of a unikernel', () => {
  it('ends in an AMI whose snapshot holds exactly the blocks of the disk image', async () => {
    const { imageId, said } = await builds.build()
    expect(said).toContain('Not in the image, as they are no files or lead to none: /etc/gone')
    const disk = builds.disk()
    expect(await blocksOf(await snapshotOf(imageId))).toEqual(blocksIn(disk))
    const text = disk.toString('latin1')
    expect(text).toContain('"Program":"/usr/bin/program","Args":["/usr/bin/program","--port","8080"]')
    expect(text).toContain('lib/libc.so.6\0')
    expect(text).toContain('-> program')
    expect(text).not.toContain('gone')
  })

  it('gives image and snapshot the tags of the stage and none of a service, and a name of its own each time', async () => {
    const built = [await builds.build(), await builds.build()]
    const { images, snapshots } = await ours()
    for (const { imageId } of built) {
      const image = images.find((one) => one.imageId === imageId)
      const snapshot = snapshots.find(({ snapshotId }) => snapshotId === image?.snapshots[0])
      for (const one of [image, snapshot])
        expect(one?.tags).toEqual({ Name: NAME, CreatedBy: 'ops', 'nanofleet:stage': 'dev' })
    }
    expect(built[0]?.imageId).not.toBe(built[1]?.imageId)
  })

  it('sends only what changed since the image that it replaces', async () => {
    const first = await builds.build()
    const parent = await snapshotOf(first.imageId)
    builds.put(
      'tree/usr/lib/libc.so.6',
      Buffer.concat([Buffer.alloc(2 * BLOCK, 'c'), Buffer.alloc(BLOCK, 'd')]),
    )
    const second = await builds.build({ PARENT: parent })
    expect(second.said).toMatch(/2 blocks sent and \d+ kept/)
    const disk = builds.disk()
    expect(await blocksOf(await snapshotOf(second.imageId))).toEqual(blocksIn(disk))
  })

  it('sends zeros where the image that it replaces had something', async () => {
    const first = await builds.build()
    const parent = await snapshotOf(first.imageId)
    builds.remove('tree/usr/lib/libc.so.6')
    const second = await builds.build({ PARENT: parent })
    const blocks = await blocksOf(await snapshotOf(second.imageId))
    const held = [...blocks].filter(([, block]) => block.some((byte) => byte !== 0))
    expect(new Map(held)).toEqual(blocksIn(builds.disk()))
  })

  it('sends everything when the image that it replaces is gone', async () => {
    const { imageId, said } = await builds.build({ PARENT: 'snap-0123456789abcdef0' })
    expect(said).toContain('snap-0123456789abcdef0 cannot be built on: ')
    expect(said).toContain('every block is sent')
    expect(await blocksOf(await snapshotOf(imageId))).toEqual(blocksIn(builds.disk()))
  })

  it('makes the volume as large as BaseVolumeSz says and sends no empty block', async () => {
    builds.put('src/images/web/page/config.json', JSON.stringify({ ...CONFIG, BaseVolumeSz: '2g' }))
    const { imageId, said } = await builds.build()
    expect(said).toContain('on a volume of 2 GiB')
    expect((await blocksOf(await snapshotOf(imageId))).size).toBeLessThan(20)
  })

  it.each([
    [
      'a program that the container does not have',
      { ...CONFIG, Program: '/usr/bin/absent' },
      'the container has no /usr/bin/absent; correct Program in config.json or the Dockerfile',
    ],
    [
      'a klib that the release does not have',
      { ...CONFIG, Klibs: ['firewall'] },
      'this release of Nanos has no klib firewall; correct Klibs in config.json',
    ],
    [
      'a key that ops does not know',
      { ...CONFIG, Argz: [] },
      'ops made no disk image: json: unknown field "Argz"',
    ],
  ])('refuses %s and leaves nothing', async (_what, changed, sentence) => {
    const before = await ours()
    builds.put('src/images/web/page/config.json', JSON.stringify(changed))
    const { imageId, said } = await builds.build()
    expect(said).toContain(sentence)
    expect(imageId).toBe('')
    expect(await ours()).toEqual(before)
  })

  it('asks for the digests of ops and Nanos where nobody has looked them up', async () => {
    const { said } = await builds.build({ OPS_HOME: '' })
    expect(said).toContain(
      'buildspecs/tools.lock.json does not know the SHA-256 of nanos 0.1.55 for x86_64; run "npx nanofleet lock", commit the file and push again',
    )
  })

  it('deletes its snapshot when it is stopped', async () => {
    const before = await ours()
    builds.put('tree/usr/lib/large', Buffer.alloc(200 * BLOCK, 'x'))
    const child = builds.start()
    await pendingSnapshot(before.snapshots.length)
    child.kill('SIGTERM')
    await once(child, 'close')
    expect(child.said).toContain('the build was stopped')
    expect((await ours()).snapshots).toEqual(before.snapshots)
  })

  it("leaves nothing that is not known as the stage's when it is killed, wherever that is", async () => {
    builds.put('tree/usr/lib/large', Buffer.alloc(60 * BLOCK, 'x'))
    const before = await ours()
    const since = Date.now()
    await builds.build()
    const whole = Date.now() - since
    for (const part of [0.6, 0.75, 0.9]) {
      const child = builds.start()
      // A build that is faster than the first one has ended before it is killed.
      const closed = once(child, 'close')
      await new Promise((resolve) => setTimeout(resolve, whole * part))
      child.kill('SIGKILL')
      await closed
    }
    const { images, snapshots } = await ours()
    const made = [
      ...images.filter(({ imageId }) => !before.images.some((one) => one.imageId === imageId)),
      ...snapshots.filter(({ snapshotId }) => !before.snapshots.some((one) => one.snapshotId === snapshotId)),
    ]
    expect(made.length).toBeGreaterThan(1)
    for (const { tags } of made) expect(tags).toMatchObject({ CreatedBy: 'ops', 'nanofleet:stage': 'dev' })
  })
})

/** Waits until a build has started the snapshot after the first `count`. */
async function pendingSnapshot(count: number): Promise<void> {
  while ((await accountSnapshots(ec2)).length <= count)
    await new Promise((resolve) => setTimeout(resolve, 50))
}
