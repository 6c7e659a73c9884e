import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { FILTERS, type Filter } from '../../../apps/photos/lib/filters.ts'
import { makePictures } from '../../../apps/photos/worker/pictures.ts'
import { BOARD, blocksOf, board, fromBlocks } from './picture-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'filters-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const filtered = (original: string, filter: Filter) =>
  makePictures({ original, filter, folder, secondsLeft: () => 10 })

/** Two blocks in these colours, as a PNG. */
async function pair(): Promise<string> {
  const file = join(folder, 'pair.png')
  await fromBlocks([
    [
      [200, 100, 50],
      [10, 20, 240],
    ],
  ]).toFile(file)
  return file
}

describe('the filters', () => {
  it.each<[Filter, number[], number[]]>([
    ['invert', [55, 155, 205], [245, 235, 15]],
    ['grayscale', [124, 124, 124], [64, 64, 64]],
    ['sepia', [165, 147, 114], [65, 58, 45]],
    ['posterize', [255, 85, 0], [0, 0, 255]],
    ['blur', [200, 100, 50], [10, 20, 240]],
    ['sharpen', [200, 100, 50], [10, 20, 240]],
    ['edges', [0, 0, 0], [0, 0, 0]],
  ])('%s changes colours as it should', async (filter, left, right) => {
    const { result } = await filtered(await pair(), filter)
    const [[one, other] = []] = await blocksOf(result, 2, 1)
    for (const [seen = [], wanted] of [
      [one, left],
      [other, right],
    ] as const) {
      for (const [band, value] of wanted.entries()) {
        expect(Math.abs((seen[band] ?? -99) - value)).toBeLessThanOrEqual(filter === 'grayscale' ? 12 : 2)
      }
    }
  })

  it.each<[Filter, (step: number) => boolean]>([
    ['blur', (step) => step > 20 && step < 170],
    ['sharpen', (step) => step > 190],
    ['edges', (step) => step > 0],
  ])('%s changes the line between two colours', async (filter, expected) => {
    const { result } = await filtered(await pair(), filter)
    const { data, info } = await sharp(result).raw().toBuffer({ resolveWithObject: true })
    const middle = 8 * info.width
    const red = (x: number) => data[(middle + x) * info.channels] ?? 0
    const step = filter === 'edges' ? Math.max(red(15), red(16)) : red(15) - red(16)
    expect([filter, step, expected(step)]).toEqual([filter, step, true])
  })

  it.each(FILTERS.filter((filter) => filter !== 'edges'))(
    '%s leaves the transparency of a picture',
    async (filter) => {
      const file = join(folder, 'glass.png')
      await fromBlocks([[[200, 100, 50]]])
        .ensureAlpha(128 / 255)
        .toFile(file)
      const { result } = await filtered(file, filter)
      const [[colour = []] = []] = await blocksOf(result, 1, 1)
      expect(colour[3]).toBe(128)
    },
  )

  it('puts white behind transparent areas when the result has no transparency', async () => {
    const file = join(folder, 'glass.tif')
    await fromBlocks([[[200, 100, 50]]])
      .ensureAlpha(0)
      .tiff({ compression: 'lzw' })
      .toFile(file)
    const { result } = await filtered(file, 'grayscale')
    const [[colour = []] = []] = await blocksOf(result, 1, 1)
    expect(colour).toEqual([255, 255, 255])
  })
})

describe('a picture from a camera', () => {
  const near = (seen: number[][][], wanted: number[][][]) =>
    seen.flat(2).every((value, index) => Math.abs(value - (wanted.flat(2)[index] ?? -99)) < 12)

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('is upright when its orientation is %i', async (orientation) => {
    const file = join(folder, 'original.jpg')
    await board(orientation).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toFile(file)
    const { result, before, after } = await filtered(file, 'invert')
    const upright = BOARD.map((row) => row.map((colour) => [...colour]))
    const inverted = BOARD.map((row) => row.map((colour) => colour.map((value) => 255 - value)))
    for (const [name, wanted] of [
      [result, inverted],
      [before, upright],
      [after, inverted],
    ] as const) {
      const { width, height, orientation: tag } = await sharp(name).metadata()
      expect([width, height, tag]).toEqual([48, 32, undefined])
      const seen = await blocksOf(name, 3, 2)
      expect({ seen, near: near(seen, wanted) }).toEqual({ seen, near: true })
    }
  })

  it.each([2, 3, 4, 5, 6, 7, 8])(
    'is whole when it is turned in several strips, orientation %i',
    async (orientation) => {
      const file = join(folder, 'original.png')
      await board(orientation)
        .resize({ width: 777, height: 600, fit: 'fill', kernel: 'nearest' })
        .png()
        .toFile(file)
      const { result } = await filtered(file, 'invert')
      const { width, height } = await sharp(result).metadata()
      expect([width, height]).toEqual(orientation > 4 ? [600, 777] : [777, 600])
      const inverted = BOARD.map((row) => row.map((colour) => colour.map((value) => 255 - value)))
      expect(await blocksOf(result, 3, 2)).toEqual(inverted)
      const corners = await sharp(result)
        .extract({ left: 0, top: (height ?? 1) - 1, width: 1, height: 1 })
        .raw()
        .toBuffer()
      expect([...corners.subarray(0, 3)]).toEqual(inverted[1]?.[0])
    },
  )

  it('keeps its orientation through each step of a filter', async () => {
    const file = join(folder, 'original.png')
    await board(8).png().toFile(file)
    const { result } = await filtered(file, 'posterize')
    const level = (value: number) => Math.floor(value / 64) * 85
    expect(await blocksOf(result, 3, 2)).toEqual(BOARD.map((row) => row.map((colour) => colour.map(level))))
  })
})
