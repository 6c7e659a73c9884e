// @ts-check
import { setTimeout as pause } from 'node:timers/promises'
import { BuildFailure } from './failure.mjs'
import { identity } from './tags.mjs'

/** The device name of an AMI's root disk, as in Amazon Linux. */
const ROOT_DEVICE = '/dev/xvda'

/** EC2 says nothing of how long a snapshot takes; half a GiB took it minutes at the most. */
const COMPLETED_MS = 15 * 60_000
const LOOK_MS = 2000

/**
 * What both packagers ask of EC2 to make an AMI of a snapshot, with the stage's tags from its first moment.
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {string} SnapshotId
 */
export function imageRequest(settings, SnapshotId) {
  const { name, tags } = identity(settings)
  return {
    // A second build of the same hash (`force`) needs a different name.
    Name: `${name}-${Date.now().toString(36)}`,
    Architecture: settings.architecture,
    VirtualizationType: 'hvm',
    EnaSupport: true,
    RootDeviceName: ROOT_DEVICE,
    BlockDeviceMappings: [{ DeviceName: ROOT_DEVICE, Ebs: { SnapshotId, DeleteOnTermination: true } }],
    TagSpecifications: [{ ResourceType: 'image', Tags: tags }],
  }
}

/**
 * Registers the AMI of a snapshot.
 * @param {import('./aws.mjs').Aws} aws
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {string} SnapshotId
 * @returns {Promise<string>} its id
 */
export async function registerImage({ ec2 }, settings, SnapshotId) {
  const { ImageId } = await ec2('RegisterImage', imageRequest(settings, SnapshotId))
  return ImageId
}

/**
 * Waits until EC2 calls a snapshot completed: before that no image can be made of it.
 * @param {import('./aws.mjs').Aws} aws
 * @param {string} snapshotId
 * @param {AbortSignal} [signal]
 * @throws {BuildFailure} when it fails or takes too long
 */
export async function awaitCompleted({ ec2 }, snapshotId, signal) {
  const wanted = { OwnerIds: ['self'], Filters: [{ Name: 'snapshot-id', Values: [snapshotId] }] }
  for (const since = Date.now(); Date.now() - since < COMPLETED_MS; ) {
    const { Snapshots } = await ec2('DescribeSnapshots', wanted, signal)
    const state = Snapshots?.[0]?.State
    if (state === 'completed') return
    if (state === 'error') throw new BuildFailure(`EBS could not complete the snapshot ${snapshotId}`)
    await pause(LOOK_MS, undefined, { signal })
  }
  throw new BuildFailure(
    `the snapshot ${snapshotId} was not completed within ${COMPLETED_MS / 60_000} minutes`,
  )
}
