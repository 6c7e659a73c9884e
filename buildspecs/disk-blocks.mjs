// @ts-check
import { open } from 'node:fs/promises'

/** The unit of the EBS direct APIs ("EBS direct API concepts": blocks of 512 KiB). */
export const BLOCK_BYTES = 512 * 1024
const GIBIBYTE = 1024 ** 3

/**
 * Reads the next block that holds something, or that is wanted even if it is empty, into `target` and returns
 * its index; undefined after the last one.
 * @typedef {(target: Buffer, wanted: (index: number) => boolean) => Promise<number | undefined>} Next
 */

/**
 * A disk image that is read block by block, in order, by several readers at once.
 * @typedef {object} Disk
 * @property {number} gibibytes the size of its volume: whole GiB, at least one
 * @property {number} blocks how many blocks the volume has, empty ones included
 * @property {Next} next
 * @property {() => Promise<void>} close
 */

const EMPTY = Buffer.alloc(BLOCK_BYTES)

/** @param {Buffer} block */
export const isEmpty = (block) => block.equals(EMPTY)

/**
 * Opens a disk image; what the volume has and the file does not is zeros.
 * @param {string} file
 * @returns {Promise<Disk>}
 */
export async function openDisk(file) {
  const handle = await open(file)
  const { size } = await handle.stat()
  const gibibytes = Math.max(1, Math.ceil(size / GIBIBYTE))
  const blocks = (gibibytes * GIBIBYTE) / BLOCK_BYTES
  let following = 0
  /** @type {Next} */
  const read = async (target, wanted) => {
    while (following < blocks) {
      const index = following++
      await fill(handle, target, index * BLOCK_BYTES)
      if (!isEmpty(target) || wanted(index)) return index
    }
    return undefined
  }
  // One after the other: several reads at once of a large hole take longer than one by one.
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve()
  /** @type {Next} */
  const next = (target, wanted) => {
    const mine = turn.then(() => read(target, wanted))
    turn = mine.catch(() => {})
    return mine
  }
  return { gibibytes, blocks, next, close: () => handle.close() }
}

/**
 * @param {import('node:fs/promises').FileHandle} handle
 * @param {Buffer} target
 * @param {number} from
 */
async function fill(handle, target, from) {
  let read = 0
  while (read < target.length) {
    const { bytesRead } = await handle.read(target, read, target.length - read, from + read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  target.fill(0, read)
}
