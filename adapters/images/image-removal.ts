import { DeleteSnapshotCommand, DeregisterImageCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { NanofleetError } from '../../core/base/errors.ts'

/** Someone protected the image or locked the snapshot: EC2 removes it for nobody. */
export class Protected extends NanofleetError {}

/** EC2 still sees an image on the snapshot: deregistration takes a moment to be known everywhere. */
export class SnapshotBusy extends NanofleetError {}

/**
 * Deregisters the image; instances that run from it are not touched. It may be gone already.
 * @throws Protected
 */
export async function deregister(ec2: EC2Client, imageId: string): Promise<void> {
  await unless(['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable'], () =>
    ec2.send(new DeregisterImageCommand({ ImageId: imageId })),
  ).catch(asProtected(`The image ${imageId}`))
}

/** What EC2 says of protected images and locked snapshots, with or without a code of its own. */
const PROTECTED = /OperationNotPermitted|deregistration protection|SnapshotLock|is locked/i

const asProtected = (what: string) => (cause: unknown) => {
  if (!(cause instanceof Error && PROTECTED.test(`${cause.name} ${cause.message}`))) throw cause
  throw new Protected(`${what} is protected: ${cause.message}`, { cause })
}

/**
 * Deletes the snapshot; it may be gone already.
 * @throws SnapshotBusy while an image uses the snapshot
 * @throws Protected
 */
export async function deleteSnapshot(ec2: EC2Client, snapshotId: string): Promise<void> {
  try {
    await unless(['InvalidSnapshot.NotFound'], () =>
      ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId })),
    )
  } catch (cause) {
    if (!(cause instanceof Error && cause.name === 'InvalidSnapshot.InUse'))
      return asProtected(`The snapshot ${snapshotId}`)(cause)
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
