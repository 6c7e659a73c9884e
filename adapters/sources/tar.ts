import { NanofleetError } from '../../core/base/errors.ts'

export interface TarEntry {
  path: string
  content: Uint8Array
  executable: boolean
}

const BLOCK = 512

/** A path that the ustar format cannot hold. */
export class PathTooLong extends NanofleetError {}

/**
 * A ustar archive (POSIX.1-1988) of files in the given order, with owner, group and time zero: equal files
 * give equal bytes on every machine. Written here because it does only that, in forty lines: tar-stream and
 * tar add streams, links, unpacking and their own time stamps.
 * @throws {PathTooLong} if a path exceeds the format's 100 bytes of name and 155 of prefix
 */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [header(entry), entry.content, padding(entry.content.length)])
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)])
}

const padding = (length: number): Buffer => Buffer.alloc((BLOCK - (length % BLOCK)) % BLOCK)

function header({ path, content, executable }: TarEntry): Buffer {
  const { name, prefix } = split(path)
  const block = Buffer.alloc(BLOCK)
  block.write(name, 0)
  block.write(octal(executable ? 0o755 : 0o644, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(content.length, 12), 124)
  block.write(octal(0, 12), 136)
  block.write('        ', 148)
  block.write('0', 156)
  block.write('ustar\0' + '00', 257)
  block.write(prefix, 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`

function split(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' }
  const cut = [...path.matchAll(/\//g)]
    .map(({ index }) => index)
    .find((index) => Buffer.byteLength(path.slice(index + 1)) <= 100)
  if (cut === undefined || Buffer.byteLength(path.slice(0, cut)) > 155) {
    throw new PathTooLong(`${path}: the path is too long for an archive; shorten it to 100 bytes`)
  }
  return { name: path.slice(cut + 1), prefix: path.slice(0, cut) }
}
