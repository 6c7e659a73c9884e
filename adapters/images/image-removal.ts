import { DeleteSnapshotCommand, DeregisterImageCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { NanofleetError } from '../../core/base/errors.ts'

/** EC2 still sees an image on the snapshot: deregistration takes a moment to be known everywhere. */
export class SnapshotBusy extends NanofleetError {}

/** Deregisters the image; instances that run from it are not touched. It may be gone already. */
export async function deregister(ec2: EC2Client, imageId: string): Promise<void> {
  await unless(['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable'], () =>
    ec2.send(new DeregisterImageCommand({ ImageId: imageId })),
  )
}

/**
 * Deletes the snapshot; it may be gone already.
 * @throws SnapshotBusy while an image uses the snapshot
 */
export async function deleteSnapshot(ec2: EC2Client, snapshotId: string): Promise<void> {
  try {
    await unless(['InvalidSnapshot.NotFound'], () =>
      ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId })),
    )
  } catch (cause) {
    if (!(cause instanceof Error && cause.name === 'InvalidSnapshot.InUse')) throw cause
    throw new SnapshotBusy(`The snapshot ${snapshotId} is still in use by an image`, { cause })
  }
}

async function unless(names: string[], call: () => Promise<unknown>): Promise<void> {
  try {
    await call()
  } catch (error) {
    if (!(error instanceof Error && names.includes(error.name))) throw error
  }
}
