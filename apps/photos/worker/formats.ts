import type { Metadata, Sharp } from 'sharp'

/** A kind of file that results are written in. */
export interface Format {
  type: string
  extension: string
  write: (image: Sharp) => Sharp
}

/**
 * Without optimised Huffman tables and without passes: for both libjpeg keeps the coefficients of the whole picture, which
 * are 72 MB at 24 megapixels.
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

/** What becomes of each kind of original. */
const RESULTS: Record<string, Format> = { jpeg: JPEG, tiff: JPEG, avif: JPEG, png: PNG, gif: PNG, webp: WEBP }

/** @returns absent for a kind that is not worked on */
export function resultFormat({
  format,
  compression,
}: Pick<Metadata, 'format' | 'compression'>): Format | undefined {
  // AVIF is HEIF with pictures in AV1; the other HEIF, HEVC, is not compiled in.
  const kind = format === 'heif' && compression === 'av1' ? 'avif' : format
  return RESULTS[kind]
}

/** Previews are small enough for the best effort. */
export const PREVIEW = { type: 'image/webp', extension: 'webp', side: 640 }
