import { Refusal } from '../../lib/refusal.ts'
import { peek } from '../lib/chunks.ts'
import { KIND_BYTES, kindOf, READABLE_KINDS, typeOf } from '../lib/kinds.ts'
import { mostPixels } from '../lib/limits.ts'
import { type Size, sizeOf } from './size.ts'
import { TiffDirectory } from './tiff.ts'

/** If a picture has not revealed its size by then, we stop looking: metadata rarely fills 1 MB. */
const MOST_BYTES = 2_000_000

/** A picture whose beginning has been inspected. */
export interface Look {
  type: string
  /** The whole picture; throws a Refusal at the end if only the end shows that it cannot be accepted. */
  all: AsyncIterable<Buffer>
  /** Known at the latest when everything has been read. */
  size(): Size | undefined
}

/**
 * Finds out from the first bytes of a picture what it is and how large.
 * @throws Refusal 400 when it is empty, 415 when it cannot be read, 413 when it has too many pixels
 */
export async function look(source: AsyncIterable<Buffer>, name: string): Promise<Look> {
  const { head, all } = await peek(source, KIND_BYTES)
  if (head.length === 0) throw new Refusal(400, `${name} has 0 bytes.`)
  const kind = kindOf(head)
  if (kind === undefined || !READABLE_KINDS.includes(kind)) throw unreadable(name, kind)
  const bounds = { type: typeOf(kind), name, most: mostPixels(kind) }
  return kind === 'tiff' ? passing(all, head, bounds) : await beginning(all, bounds)
}

/** What is known before the size, and the most pixels that it may have. */
interface Bounds {
  type: string
  name: string
  most: number
}

async function beginning(source: AsyncIterable<Buffer>, bounds: Bounds): Promise<Look> {
  let rest = source
  for (let wanted = 4096; ; ) {
    const { head, all } = await peek(rest, wanted)
    const size = surely(head)
    if (size) {
      requireFewPixels(size, bounds)
      return { type: bounds.type, all, size: () => size }
    }
    if (head.length < wanted || head.length >= MOST_BYTES) throw broken(bounds.name)
    wanted = Math.min(head.length * 2, MOST_BYTES)
    rest = all
  }
}

/**
 * When the bytes end exactly where a segment does, the JPEG reader continues inside that segment and may find
 * a thumbnail's size there. Segments are longer than a byte, so with one byte less the answer differs in that
 * case.
 */
function surely(head: Buffer): Size | undefined {
  const [size, again] = [sizeOf(head), sizeOf(head.subarray(0, -1))]
  return size?.width === again?.width && size?.height === again?.height ? size : undefined
}

function passing(source: AsyncIterable<Buffer>, head: Buffer, bounds: Bounds): Look {
  if (head.length < KIND_BYTES) throw broken(bounds.name)
  const directory = new TiffDirectory(head)
  async function* all(): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      directory.take(chunk)
      yield chunk
    }
    const size = directory.size()
    if (size === undefined) throw broken(bounds.name)
    requireFewPixels(size, bounds)
  }
  return { type: bounds.type, all: all(), size: () => directory.size() }
}

function unreadable(name: string, kind: string | undefined): Refusal {
  const what = kind === undefined ? 'not a picture' : `in the ${kind} format`
  return new Refusal(415, `${name} is ${what}; send one of ${READABLE_KINDS.join(', ')}.`)
}

const broken = (name: string): Refusal => new Refusal(415, `${name} is damaged: its size cannot be found.`)

function requireFewPixels({ width, height }: Size, { type, name, most }: Bounds): void {
  if (width * height <= most) return
  const megapixels = Math.round((width * height) / 1_000_000)
  const size = `${width} x ${height} pixels, ${megapixels} megapixels`
  throw new Refusal(413, `${name} has ${size}; ${type} may have at most ${most / 1_000_000} megapixels.`)
}
