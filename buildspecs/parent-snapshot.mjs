// @ts-check
/**
 * The snapshot that a new one builds on: EBS stores only the blocks in which the two differ, and only those
 * are sent.
 */

/**
 * @typedef {import('./aws.mjs').Aws} Aws
 * @typedef {{snapshotId: string, tokens: Map<number, string>}} Parent a snapshot, and by index the tokens
 * with which its blocks are read
 */

/**
 * The snapshot to build on. Undefined when there is nothing to build on, and all blocks are sent: it is gone,
 * may not be read, or is larger than the new disk.
 * @param {Aws} aws
 * @param {string} snapshotId
 * @param {import('./disk-blocks.mjs').Disk} disk
 * @param {AbortSignal} [signal]
 * @returns {Promise<Parent | undefined>}
 */
export async function parentBlocks({ ebs }, snapshotId, disk, signal) {
  /** @param {string} why */
  const useless = (why) => {
    process.stdout.write(`${snapshotId} cannot be built on: ${why}; every block is sent\n`)
    return undefined
  }
  const tokens = new Map()
  let NextToken
  try {
    do {
      const asked = { SnapshotId: snapshotId, MaxResults: 10_000, NextToken }
      const page = await ebs('ListSnapshotBlocks', asked, signal)
      if (page.VolumeSize > disk.gibibytes) return useless('its volume is larger')
      for (const { BlockIndex, BlockToken } of page.Blocks ?? []) tokens.set(BlockIndex, BlockToken)
      NextToken = page.NextToken
    } while (NextToken)
  } catch (error) {
    if (!isRefusal(error)) throw error
    return useless(error.message)
  }
  return { snapshotId, tokens }
}

/**
 * Whether the parent has the block as it is, by the checksum that EBS keeps of it.
 * @param {Aws} aws
 * @param {Parent | undefined} parent
 * @param {number} BlockIndex
 * @param {Buffer} digest
 * @param {AbortSignal} signal
 */
export async function isKept({ ebs }, parent, BlockIndex, digest, signal) {
  const BlockToken = parent?.tokens.get(BlockIndex)
  if (!parent || BlockToken === undefined) return false
  const asked = { SnapshotId: parent.snapshotId, BlockIndex, BlockToken }
  const { BlockData, Checksum } = await ebs('GetSnapshotBlock', asked, signal)
  // Read to its end, so that the connection serves the next block.
  for await (const _part of BlockData) signal.throwIfAborted()
  return Checksum === digest.toString('base64')
}

/**
 * @param {unknown} error
 * @returns {error is Error}
 */
const isRefusal = (error) =>
  error instanceof Error &&
  ['AccessDeniedException', 'ResourceNotFoundException', 'ValidationException'].includes(error.name)
