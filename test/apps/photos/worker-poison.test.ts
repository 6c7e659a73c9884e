import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { PictureFault, unreadable } from '../../../apps/photos/worker/picture-fault.ts'
import { makePictures } from '../../../apps/photos/worker/pictures.ts'
import { board, photo } from './picture-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'poison-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const filtered = (original: string) =>
  makePictures({ original, filter: 'invert', folder, secondsLeft: () => 10 })

async function encoded(image: ReturnType<typeof board>): Promise<Buffer> {
  const file = join(folder, 'encoded')
  await image.toFile(file)
  return readFileSync(file)
}

/** A PNG whose header claims a wrong size, with a valid checksum. */
async function lyingPng(width: number, height: number): Promise<Buffer> {
  const png = await encoded(board().png())
  png.writeUInt32BE(width, 16)
  png.writeUInt32BE(height, 20)
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29)
  return png
}

describe('a picture that cannot be processed', () => {
  it.each<[string, () => Promise<Buffer> | Buffer]>([
    ['is cut off', async () => (await encoded(photo(400, 300).jpeg())).subarray(0, 9000)],
    ['is cut off and turned', async () => (await encoded(photo(400, 300, 6).jpeg())).subarray(0, 9000)],
    ['is a truncated PNG', async () => (await encoded(photo(400, 300).png())).subarray(0, 9000)],
    ['is a truncated WebP', async () => (await encoded(photo(400, 300).webp())).subarray(0, 900)],
    ['claims to be larger than it is', () => lyingPng(4000, 3000)],
    ['has more than 100 megapixels', () => lyingPng(20_000, 20_000)],
    ['is empty', () => Buffer.alloc(0)],
    ['is a text', () => Buffer.from('GIF of a cat, but in words')],
    ['is a drawing', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['is only a header', () => Buffer.from([0xff, 0xd8, 0xff, 0xe0])],
  ])('fails with one sentence when it %s, and the next one is filtered', async (_what, bytes) => {
    const original = join(folder, 'original')
    writeFileSync(original, await bytes())
    const error = await filtered(original).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(PictureFault)
    expect(String(error)).toMatch(/^PictureFault: The picture [^\n/]+\.$/)
    await board().png().toFile(original)
    expect((await filtered(original)).format.type).toBe('image/png')
  })

  it('is not blamed for a full disk', async () => {
    const original = join(folder, 'original')
    await board().png().toFile(original)
    symlinkSync('/dev/full', join(folder, 'result.png'))
    const error = await filtered(original).catch((caught: unknown) => caught)
    expect(String(error)).toMatch(/no space left/i)
    expect(error).not.toBeInstanceOf(PictureFault)
  })

  it('has a reason without paths and repetitions', () => {
    const said = 'Input file has corrupt header: /tmp/photo-1/original: bad seek\nVipsJpeg: bad seek'
    expect(unreadable(new Error(said)).message).toBe(
      'The picture cannot be read: Input file has corrupt header: the file bad seek.',
    )
  })
})
