// @ts-check
/**
 * Writes a disk image into a new EBS snapshot with the EBS direct APIs: only blocks that hold something, for
 * a rebuilt image only those that changed, several at a time, with a fixed amount of memory. The snapshot has
 * its tags from its first moment. After a failure or a signal it is deleted; what a killed build leaves
 * carries the tags by which `clean-amis` knows it, and EBS cancels it when nobody writes to it any more.
 */
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { BLOCK_BYTES, openDisk } from './disk-blocks.mjs'
import { BuildFailure } from './failure.mjs'
import { isKept, parentBlocks } from './parent-snapshot.mjs'

/** Blocks on their way at once, of half a MiB each; an account may send a thousand per second. */
const SENDERS = 8

/** A new snapshot may be unknown for a while ("Eventual consistency in the Amazon EC2 API"). */
const UNKNOWN_MS = 120_000

/** EBS cancels a snapshot that gets no block for this long; ten minutes are the least that it takes. */
const TIMEOUT_MINUTES = 15

/**
 * @typedef {import('./aws.mjs').Aws} Aws
 *
 * @typedef {object} Upload
 * @property {string} file the disk image
 * @property {string} description
 * @property {{Key: string, Value: string}[]} tags
 * @property {string} token equal tokens start one snapshot, however often the request is repeated
 * @property {string | undefined} [parent] the snapshot of the image that this one replaces
 * @property {number} [senders] how many blocks are on their way at once
 *
 * @typedef {import('./parent-snapshot.mjs').Parent} Parent
 *
 * @typedef {object} Uploaded
 * @property {string} snapshotId
 * @property {number} gibibytes the volume's size
 * @property {number} sent blocks that were written
 * @property {number} kept blocks that are as the parent has them
 */

/**
 * Makes the snapshot; returns when EBS has everything, before EC2 calls it completed.
 * @param {Aws} aws
 * @param {Upload} upload
 * @param {AbortSignal} [signal]
 * @returns {Promise<Uploaded>}
 */
export async function makeSnapshot(aws, upload, signal) {
  const disk = await openDisk(upload.file)
  try {
    const parent = upload.parent ? await parentBlocks(aws, upload.parent, disk, signal) : undefined
    const snapshotId = await start(aws, upload, disk.gibibytes, parent, signal)
    try {
      return await write(aws, snapshotId, disk, parent, upload.senders ?? SENDERS, signal)
    } catch (error) {
      await remove(aws, snapshotId)
      throw error
    }
  } finally {
    await disk.close()
  }
}

/**
 * @param {Aws} aws
 * @param {Upload} upload
 * @param {number} VolumeSize
 * @param {Parent | undefined} parent
 * @param {AbortSignal} [signal]
 */
async function start({ ebs }, upload, VolumeSize, parent, signal) {
  const { description: Description, tags: Tags, token: ClientToken } = upload
  const asked = { VolumeSize, Description, Tags, ClientToken, Timeout: TIMEOUT_MINUTES }
  const more = parent ? { ParentSnapshotId: parent.snapshotId } : {}
  const { SnapshotId } = await ebs('StartSnapshot', { ...asked, ...more }, signal)
  return String(SnapshotId)
}

/**
 * @param {Aws} aws
 * @param {string} snapshotId
 * @param {import('./disk-blocks.mjs').Disk} disk
 * @param {Parent | undefined} parent
 * @param {number} senders
 * @param {AbortSignal} [signal]
 * @returns {Promise<Uploaded>}
 */
async function write(aws, snapshotId, disk, parent, senders, signal) {
  /** @type {Map<number, Buffer>} */
  const digests = new Map()
  let kept = 0
  const stop = new AbortController()
  const ended = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])])
  const sender = async () => {
    const block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
    for (;;) {
      const index = await disk.next(block, (index) => parent?.tokens.has(index) ?? false)
      if (index === undefined) return
      ended.throwIfAborted()
      const digest = createHash('sha256').update(block).digest()
      if (await isKept(aws, parent, index, digest, ended)) {
        kept += 1
        continue
      }
      await put(aws, { snapshotId, index, block, digest, of: disk.blocks }, ended)
      digests.set(index, digest)
    }
  }
  await together(Array.from({ length: senders }, sender), stop)
  await complete(aws, snapshotId, digests, signal)
  return { snapshotId, gibibytes: disk.gibibytes, sent: digests.size, kept }
}

/**
 * Waits for all; the first failure ends the others, and is thrown when they have ended.
 * @param {Promise<void>[]} senders
 * @param {AbortController} stop
 */
async function together(senders, stop) {
  const results = await Promise.allSettled(
    senders.map((one) =>
      one.catch((error) => {
        const first = !stop.signal.aborted
        stop.abort()
        throw first ? error : new Ended()
      }),
    ),
  )
  for (const result of results)
    if (result.status === 'rejected' && !(result.reason instanceof Ended)) throw result.reason
}

/** A sender ended because another one failed. */
class Ended extends Error {}

/**
 * @param {Aws} aws
 * @param {{snapshotId: string, index: number, block: Buffer, digest: Buffer, of: number}} what
 * @param {AbortSignal} signal
 */
async function put({ ebs }, { snapshotId, index, block, digest, of }, signal) {
  const asked = {
    SnapshotId: snapshotId,
    BlockIndex: index,
    BlockData: block,
    DataLength: block.length,
    Checksum: digest.toString('base64'),
    ChecksumAlgorithm: 'SHA256',
    Progress: Math.floor((100 * index) / of),
  }
  const since = Date.now()
  for (let wait = 250; ; wait = Math.min(2 * wait, 8000)) {
    try {
      return await ebs('PutSnapshotBlock', asked, signal)
    } catch (error) {
      if (!isUnknown(error) || Date.now() - since > UNKNOWN_MS) throw error
      await pause(wait, undefined, { signal })
    }
  }
}

/**
 * Seals the snapshot. The checksum covers all blocks: EBS compares it with what it has.
 * @param {Aws} aws
 * @param {string} SnapshotId
 * @param {Map<number, Buffer>} digests
 * @param {AbortSignal} [signal]
 */
async function complete({ ebs }, SnapshotId, digests, signal) {
  const whole = createHash('sha256')
  for (const index of [...digests.keys()].sort((a, b) => a - b)) whole.update(digests.get(index) ?? '')
  const asked = {
    SnapshotId,
    ChangedBlocksCount: digests.size,
    Checksum: whole.digest('base64'),
    ChecksumAlgorithm: 'SHA256',
    ChecksumAggregationMethod: 'LINEAR',
  }
  const { Status } = await ebs('CompleteSnapshot', asked, signal)
  if (Status === 'error') throw new BuildFailure(`EBS could not complete the snapshot ${SnapshotId}`)
}

/**
 * Deletes a snapshot that came to nothing. What cannot be deleted has the stage's tags, and `clean-amis`
 * removes it a day later.
 * @param {Aws} aws
 * @param {string} SnapshotId
 */
export async function remove({ ec2 }, SnapshotId) {
  try {
    await ec2('DeleteSnapshot', { SnapshotId })
  } catch (error) {
    process.stderr.write(`${SnapshotId} stays until clean-amis removes it: ${String(error)}\n`)
  }
}

/** @param {unknown} error */
const isUnknown = (error) => error instanceof Error && error.name === 'ResourceNotFoundException'
