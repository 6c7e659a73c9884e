import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { PictureStore } from '../../../apps/photos/storage/picture-store.ts'

export interface PicturesUnderTest {
  pictures: PictureStore
  /** What the store holds, finished or not, as any kind of names. */
  everything(): Promise<string[]>
  stop(): Promise<void>
}

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const MB = 1_000_000

/** A picture of this many bytes, in chunks as from a socket; it may break off early. */
async function* chunks(bytes: Buffer, breakAt = Number.POSITIVE_INFINITY): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    if (at >= breakAt) throw new Error('the upload broke off')
    yield bytes.subarray(at, at + 65_536)
  }
}

const pictureOf = (bytes: number): Buffer => Buffer.concat([PNG, randomBytes(bytes - PNG.length)])
const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** What every implementation of `PictureStore` does. */
export function picturesContract(name: string, start: () => Promise<PicturesUnderTest>): void {
  describe(`the pictures ${name}`, () => {
    let under: PicturesUnderTest
    let pictures: PictureStore
    beforeAll(async () => {
      under = await start()
      pictures = under.pictures
    }, 120_000)
    afterAll(() => under?.stop())

    async function bytesOf(id: number, name: string): Promise<Buffer> {
      const picture = await pictures.get(id, name)
      if (!picture) throw new Error('it does not exist')
      const bytes = Buffer.concat(await picture.body.toArray())
      expect(picture.bytes).toBe(bytes.length)
      expect(picture.type).toBe('image/png')
      return bytes
    }

    it.each([
      ['of a few bytes', 100],
      ['that fits one part', 3 * MB],
      ['of many parts', 23 * MB],
    ])('returns a picture %s unchanged', async (_what, size) => {
      const bytes = pictureOf(size)
      await pictures.put(1, 'original', 'image/png', chunks(bytes))
      expect(digest(await bytesOf(1, 'original'))).toBe(digest(bytes))
    })

    it('keeps pictures of several tasks and names apart', async () => {
      const all: [number, string, Buffer][] = [
        [2, 'original', pictureOf(50)],
        [2, 'result-1.png', pictureOf(60)],
        [20, 'original', pictureOf(70)],
      ]
      for (const [id, name, bytes] of all) await pictures.put(id, name, 'image/png', chunks(bytes))
      for (const [id, name, bytes] of all) expect(digest(await bytesOf(id, name))).toBe(digest(bytes))
    })

    it('replaces an older picture as a whole', async () => {
      const newer = pictureOf(200)
      await pictures.put(3, 'original', 'image/png', chunks(pictureOf(300)))
      await pictures.put(3, 'original', 'image/png', chunks(newer))
      expect(digest(await bytesOf(3, 'original'))).toBe(digest(newer))
    })

    it('has no picture that was never stored', async () => {
      expect(await pictures.get(4, 'original')).toBeUndefined()
      await pictures.put(4, 'original', 'image/png', chunks(pictureOf(50)))
      expect(await pictures.get(4, 'result-1.png')).toBeUndefined()
    })

    it.each([
      ['at once', 1, 0],
      ['in the first part', 8 * MB, 2 * MB],
      ['after several parts', 20 * MB, 15 * MB],
    ])('keeps nothing of an upload that breaks off %s', async (_when, size, breakAt) => {
      const before = await under.everything()
      const broken = pictures.put(5, 'original', 'image/png', chunks(pictureOf(size + 50), breakAt))
      await expect(broken).rejects.toThrow('the upload broke off')
      expect(await pictures.get(5, 'original')).toBeUndefined()
      expect(await under.everything()).toEqual(before)
    })

    it('keeps its picture when a newer one breaks off', async () => {
      const bytes = pictureOf(100)
      await pictures.put(6, 'original', 'image/png', chunks(bytes))
      const broken = pictures.put(6, 'original', 'image/png', chunks(pictureOf(9 * MB), 6 * MB))
      await expect(broken).rejects.toThrow('the upload broke off')
      expect(digest(await bytesOf(6, 'original'))).toBe(digest(bytes))
    })
  })
}
