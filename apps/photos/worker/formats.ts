import type { Metadata, Sharp } from 'sharp'

/** A file format for results. */
export interface Format {
  type: string
  extension: string
  write: (image: Sharp) => Sharp
}

/**
 * Without optimised Huffman tables and not progressive: for either, libjpeg keeps the coefficients of the
 * whole picture, 72 MB at 24 megapixels.
 */
const JPEG: Format = {
  type: 'image/jpeg',
  extension: 'jpg',
  write: (image) => image.jpeg({ quality: 90, optimiseCoding: false, progressive: false }),
}

const PNG: Format = {
  type: 'image/png',
  extension: 'png',
  write: (image) => image.png({ compressionLevel: 4 }),
}

const WEBP: Format = {
  type: 'image/webp',
  extension: 'webp',
  write: (image) => image.webp({ quality: 85, effort: 2 }),
}

/** The result format for each kind of original. */
const RESULTS: Record<string, Format> = { jpeg: JPEG, tiff: JPEG, avif: JPEG, png: PNG, gif: PNG, webp: WEBP }

/** @returns undefined for an unsupported kind */
export function resultFormat({
  format,
  compression,
}: Pick<Metadata, 'format' | 'compression'>): Format | undefined {
  // AVIF is HEIF with AV1 pictures; the other HEIF, HEVC, is not compiled in.
  const kind = format === 'heif' && compression === 'av1' ? 'avif' : format
  return RESULTS[kind]
}

/** The format and size of previews. */
export const PREVIEW = { type: 'image/webp', extension: 'webp', side: 640 }
