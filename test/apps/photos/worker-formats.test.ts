import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import sharp, { type Sharp } from 'sharp'
import { makePictures } from '../../../apps/photos/worker/pictures.ts'
import { blocksOf, board, fromBlocks, photo } from './picture-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'formats-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function inverted(image: Sharp) {
  const original = join(folder, 'original')
  await image.toFile(original)
  return makePictures({ original, filter: 'invert', folder, secondsLeft: () => 10 })
}

describe('the format of a result', () => {
  it.each<[string, (image: Sharp) => Sharp, string, string]>([
    ['JPEG', (image) => image.jpeg(), 'jpeg', 'image/jpeg'],
    ['a progressive JPEG', (image) => image.jpeg({ progressive: true }), 'jpeg', 'image/jpeg'],
    ['PNG', (image) => image.png(), 'png', 'image/png'],
    ['an interlaced PNG', (image) => image.png({ progressive: true }), 'png', 'image/png'],
    ['WebP', (image) => image.webp(), 'webp', 'image/webp'],
    ['GIF', (image) => image.gif(), 'png', 'image/png'],
    ['TIFF', (image) => image.tiff(), 'jpeg', 'image/jpeg'],
    ['AVIF', (image) => image.avif({ effort: 0 }), 'jpeg', 'image/jpeg'],
  ])('of %s is one that a browser shows', async (_kind, write, format, type) => {
    const pictures = await inverted(write(board()))
    const { format: seen, width, height, space } = await sharp(pictures.result).metadata()
    expect([seen, width, height, space]).toEqual([format, 48, 32, 'srgb'])
    expect(pictures.format.type).toBe(type)
    for (const preview of [pictures.before, pictures.after]) {
      expect((await sharp(preview).metadata()).format).toBe('webp')
    }
  })

  it.each<[string, (image: Sharp) => Sharp]>([
    ['16 bits per colour', (image) => image.toColourspace('rgb16').png()],
    ['a wide colour space', (image) => image.withIccProfile('p3').png()],
    ['no colours', (image) => image.grayscale().png()],
    ['one bit per pixel', (image) => image.png({ palette: true, colours: 2 })],
    ['printing colours', (image) => image.toColourspace('cmyk').jpeg({ quality: 100 })],
  ])('is sRGB with 8 bits per colour even for a picture with %s', async (_what, write) => {
    const { result } = await inverted(write(fromBlocks([[[128, 128, 128]]])))
    const { depth, isProgressive, icc } = await sharp(result).metadata()
    expect([depth, isProgressive, icc]).toEqual(['uchar', false, undefined])
    const [[colour = []] = []] = await blocksOf(result, 1, 1)
    for (const value of colour.slice(0, 3)) expect(Math.abs(value - 127)).toBeLessThan(20)
  })

  it('is the first frame of an animation', async () => {
    const frames = Buffer.concat([Buffer.alloc(16 * 16 * 3, 250), Buffer.alloc(16 * 16 * 3, 0)])
    const moving = sharp(frames, { raw: { width: 16, height: 32, channels: 3, pageHeight: 16 } })
    const { result } = await inverted(moving.gif())
    expect((await sharp(result).metadata()).height).toBe(16)
    expect((await blocksOf(result, 1, 1))[0]?.[0]?.[0]).toBe(5)
  })
})

describe('what is known about a picture', () => {
  it('says nothing about where and with what it was taken', async () => {
    const { result, before, after } = await inverted(photo(64, 48, 6).jpeg())
    expect((await sharp(join(folder, 'original')).metadata()).exif).toBeDefined()
    for (const file of [result, before, after]) {
      const { exif, xmp, iptc, icc } = await sharp(file).metadata()
      expect([exif, xmp, iptc, icc]).toEqual([undefined, undefined, undefined, undefined])
    }
  })

  it('has the size of the original, upright, even if a filter works on a smaller one', async () => {
    const original = join(folder, 'original')
    await photo(1801, 900, 8).jpeg().toFile(original)
    const { result } = await makePictures({ original, filter: 'blur', folder, secondsLeft: () => 10 })
    const { width, height } = await sharp(result).metadata()
    expect([width, height]).toEqual([900, 1801])
  })

  it('has previews of at most 640 pixels, and none larger than the picture', async () => {
    const { result, before, after } = await inverted(photo(1000, 500, 6).jpeg())
    const sizes = await Promise.all(
      [result, before, after].map(async (file) => {
        const { width, height } = await sharp(file).metadata()
        return [width, height]
      }),
    )
    expect(sizes).toEqual([
      [500, 1000],
      [320, 640],
      [320, 640],
    ])
  })
})
