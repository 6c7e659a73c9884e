import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DeregisterImageCommand,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2'
import type { Context } from '../../cli/context.ts'
import { liveSettings } from '../live/settings.ts'

/** What the image's program prints; then it does nothing until it is stopped. */
const GREETING = 'here I am'
const PROGRAM = `console.log('starting')\nconsole.log('${GREETING}')\nsetInterval(() => {}, 60_000)\n`

/** An image whose program does nothing, just for one suite. */
export interface OwnImage {
  id: string
  stop(): Promise<void>
}

/** Registers the image as the local region's packager does: its snapshot is a folder. */
export async function ownImage(context: Context): Promise<OwnImage> {
  const ec2 = context.ec2()
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: `${context.region}a`, Size: 1 }),
  )
  const { SnapshotId = '' } = await ec2.send(new CreateSnapshotCommand({ VolumeId }))
  await ec2.send(new DeleteVolumeCommand({ VolumeId }))
  const disk = join(liveSettings().state, 'snapshots', SnapshotId)
  await mkdir(join(disk, 'root'), { recursive: true })
  await writeFile(join(disk, 'root', 'main.mjs'), PROGRAM)
  await writeFile(join(disk, 'image.json'), JSON.stringify({ Program: 'node', Args: ['/main.mjs'] }))
  const { ImageId = '' } = await ec2.send(
    new RegisterImageCommand({
      Name: `contract-${SnapshotId}`,
      Architecture: 'x86_64',
      VirtualizationType: 'hvm',
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
    }),
  )
  return {
    id: ImageId,
    stop: async () => {
      await ec2.send(new DeregisterImageCommand({ ImageId }))
      await ec2.send(new DeleteSnapshotCommand({ SnapshotId }))
    },
  }
}
