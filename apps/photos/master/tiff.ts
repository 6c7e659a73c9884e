import { type Size, sizeOf } from './size.ts'

const HEADER_BYTES = 8
const COUNT_BYTES = 2
const ENTRY_BYTES = 12
const NEXT_BYTES = 4

/** A directory has a few dozen entries. */
const MOST_BYTES = 8192

/**
 * The directory of a TIFF, which holds its size, may be anywhere, most often at the end: this captures it
 * while the picture streams through.
 */
export class TiffDirectory {
  readonly #header: Buffer
  readonly #isBigEndian: boolean
  readonly #from: number
  #bytes = Buffer.alloc(0)
  #at = 0

  /** @param head the beginning of the file, at least 8 bytes, which is also passed to `take` */
  constructor(head: Buffer) {
    this.#isBigEndian = head[0] === 'M'.charCodeAt(0)
    this.#header = Buffer.from(head.subarray(0, HEADER_BYTES))
    this.#from = this.#isBigEndian ? head.readUInt32BE(4) : head.readUInt32LE(4)
  }

  /** Takes the next bytes of the file. */
  take(chunk: Buffer): void {
    const start = Math.max(0, this.#from - this.#at)
    const end = this.#from + MOST_BYTES - this.#at
    if (start < chunk.length && end > 0) {
      this.#bytes = Buffer.concat([this.#bytes, chunk.subarray(start, end)])
    }
    this.#at += chunk.length
  }

  /** The size, once the directory has come through. */
  size(): Size | undefined {
    if (this.#bytes.length < COUNT_BYTES) return undefined
    const entries = this.#isBigEndian ? this.#bytes.readUInt16BE() : this.#bytes.readUInt16LE()
    const directory = this.#bytes.subarray(0, COUNT_BYTES + entries * ENTRY_BYTES + NEXT_BYTES)
    // A file with nothing but the header and the directory.
    const header = Buffer.from(this.#header)
    if (this.#isBigEndian) header.writeUInt32BE(HEADER_BYTES, 4)
    else header.writeUInt32LE(HEADER_BYTES, 4)
    return sizeOf(Buffer.concat([header, directory]))
  }
}
