import { join } from 'node:path'
import type { Metadata, Sharp } from 'sharp'
import type { Filter } from '../lib/filters.ts'
import { open, sharp, TILED } from './engine.ts'
import { steps } from './filters.ts'
import { type Format, PREVIEW, resultFormat } from './formats.ts'
import { isTurned, upright, uprightSize } from './orientation.ts'
import { PictureFault, unreadable } from './picture-fault.ts'
import { turned } from './turned.ts'

/** The files of a filtered picture. */
export interface Pictures {
  result: string
  before: string
  after: string
  /** The format of the result; the previews have PREVIEW's. */
  format: Format
}

export interface Order {
  original: string
  filter: Filter
  /** Where files may be written; the caller removes it. */
  folder: string
  /** The seconds left for the work; at least 1. */
  secondsLeft: () => number
}

/**
 * Filters a picture and makes previews of it before and after. All of them are upright, in sRGB, without
 * metadata.
 * @throws PictureFault when the picture cannot be read or takes too long
 */
export async function makePictures(order: Order): Promise<Pictures> {
  try {
    return await make(order)
  } catch (error) {
    // A full disk is not the picture's fault.
    if (error instanceof PictureFault || /no space left/i.test(String(error))) throw error
    if (/^timeout/.test(error instanceof Error ? error.message : '')) throw tooSlow(error)
    throw unreadable(error)
  }
}

export const tooSlow = (cause: unknown): PictureFault =>
  new PictureFault('Processing the picture took longer than the lease allows.', { cause })

async function make({ original, filter, folder, secondsLeft }: Order): Promise<Pictures> {
  const facts = await open(original, secondsLeft()).metadata()
  const format = resultFormat(facts)
  if (!format) throw new PictureFault(`Pictures of this kind are not supported: ${facts.format}.`)
  const path = (name: string) => join(folder, name)

  let image = await readable(original, facts, path, secondsLeft)
  // JPEG has no transparency; without a background those areas would become black.
  if (format.extension === 'jpg') image = image.flatten({ background: 'white' })
  const [last, ...first] = steps(filter, uprightSize(facts.orientation, facts)).reverse()
  for (const [index, step] of first.reverse().entries()) {
    const file = path(`step-${index}.tif`)
    await step(image).tiff(TILED).toFile(file)
    image = open(file, secondsLeft())
  }
  const result = path(`result.${format.extension}`)
  await format.write(last ? last(image) : image).toFile(result)

  const before = path('before.webp')
  await preview(original, facts.orientation, before, secondsLeft)
  const after = path('after.webp')
  await preview(result, undefined, after, secondsLeft)
  return { result, before, after, format }
}

/** The picture as filters need it: upright, 8 bits per colour. */
async function readable(
  original: string,
  { orientation, depth }: Metadata,
  path: (name: string) => string,
  secondsLeft: () => number,
): Promise<Sharp> {
  if (isTurned(orientation)) return turned(original, orientation, path, secondsLeft)
  if (depth === 'uchar') return open(original, secondsLeft())
  const file = path('eight-bits.tif')
  await open(original, secondsLeft()).toColourspace('srgb').tiff(TILED).toFile(file)
  return open(file, secondsLeft())
}

/** The picture is scaled down first and turned afterwards: JPEG is even read at a reduced size. */
async function preview(
  original: string,
  orientation: number | undefined,
  file: string,
  secondsLeft: () => number,
): Promise<void> {
  const { side } = PREVIEW
  const { data, info } = await open(original, secondsLeft())
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  await upright(sharp(data, { raw: { width, height, channels } }), orientation)
    .webp({ quality: 80 })
    .toFile(file)
}
