import { randomUUID } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Context } from '../../cli/context.ts'
import { type Answer, throughGateway } from '../../scripts/demo/gateway.ts'
import { PhotosClient, uploadOf } from '../../scripts/demo/photos/client.ts'
import { urlOf } from '../../scripts/demo/places.ts'
import { withApp } from './apps.ts'

/** The stage with photos in addition to platform and web, and a client for its gateway. */
export async function withPhotos(): Promise<{ context: Context; client: PhotosClient }> {
  const context = await withApp('photos')
  return { context, client: new PhotosClient(await urlOf(context, 'photos')) }
}

/** A single upload, whatever the answer. */
export async function tryUpload({ url }: PhotosClient, bytes: Buffer, name = 'x.jpg'): Promise<Answer> {
  const sent = await uploadOf(bytes, randomUUID(), name)
  return throughGateway(new URL('/upload', url).href, { ...sent, seconds: 30 })
}

/** The first bytes of a PNG that claims this size, without any pixels. */
export function pngHeader(width: number, height: number): Buffer {
  const size = Buffer.alloc(8)
  size.writeUInt32BE(width)
  size.writeUInt32BE(height, 4)
  // Eight bits per sample, true colour (PNG specification, 11.2.1 "IHDR").
  const header = Buffer.concat([Buffer.from('IHDR'), size, Buffer.from([8, 2, 0, 0, 0])])
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([
    signature,
    u32(13),
    header,
    u32(crc32(header)),
    u32(0),
    Buffer.from('IEND'),
    u32(crc32('IEND')),
  ])
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
