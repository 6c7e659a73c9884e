import sharp, { type Sharp } from 'sharp'

export const plain = (width = 30, height = 20) =>
  sharp({ create: { width, height, channels: 3, background: '#a34' } })
export const bytesOf = async (picture: Sharp) => Uint8Array.from(await picture.toBuffer())

/** The beginning of a PNG, GIF, WebP or TIFF with this many pixels, with nothing after it. */
export function bomb(
  kind: 'png' | 'gif' | 'webp' | 'tiff',
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.alloc(100)
  if (kind === 'png') {
    bytes.write('89504e470d0a1a0a0000000d49484452', 'hex')
    bytes.writeUInt32BE(width, 16)
    bytes.writeUInt32BE(height, 20)
  } else if (kind === 'gif') {
    bytes.write('GIF89a')
    bytes.writeUInt16LE(width, 6)
    bytes.writeUInt16LE(height, 8)
  } else if (kind === 'webp') {
    bytes.write('RIFF\u005c\0\0\0WEBPVP8X\u000a\0\0\0')
    bytes.writeUIntLE(width - 1, 24, 3)
    bytes.writeUIntLE(height - 1, 27, 3)
  } else {
    // One directory at 40 with two entries: 256 and 257, each one long.
    bytes.write('49492a0028000000', 'hex')
    bytes.write('0200000104000100000000000000010104000100000000000000', 40, 'hex')
    bytes.writeUInt32LE(width, 50)
    bytes.writeUInt32LE(height, 62)
  }
  return Uint8Array.from(bytes)
}
