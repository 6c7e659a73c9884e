import type { Sharp } from 'sharp'
import type { Filter } from '../lib/filters.ts'

export interface Size {
  width: number
  height: number
}

export type Step = (image: Sharp) => Sharp

/** How many brightness levels posterize leaves for each colour. */
const LEVELS = 4

/**
 * How far blur and sharpen reach in a picture this many pixels wide, so that it looks the same at any size.
 */
const reach = (side: number, share: number): number => Math.max(1, side / share)

/**
 * The steps of a filter, for a picture with 8 bits per colour: each is one run of libvips; most filters need
 * one. Transparency stays, except for `edges`, which are white on black.
 * @param size of the upright picture in pixels
 */
export function steps(filter: Filter, size: Size): Step[] {
  const side = Math.max(size.width, size.height)
  switch (filter) {
    case 'invert':
      return [(image) => image.negate({ alpha: false })]
    case 'grayscale':
      return [(image) => image.grayscale()]
    case 'sepia':
      return [(image) => image.recomb(SEPIA)]
    case 'blur':
      return blur(side, size)
    case 'sharpen':
      return [(image) => image.sharpen({ sigma: reach(side, 1500), m1: 1, m2: 3 })]
    case 'posterize':
      // Rounding down to the level needs its own run: libvips rounds at the end of a run.
      return [(image) => image.linear(LEVELS / 256), (image) => image.linear(255 / (LEVELS - 1))]
    case 'edges':
      return [(image) => image.flatten({ background: 'black' }).grayscale().convolve(LAPLACE)]
  }
}

/** The longer side, in pixels, up to which a picture is blurred at full size. */
const BLURRED = 1500

/**
 * libvips holds the whole picture in memory while blurring. A large one is scaled down first: blurred, it
 * loses nothing.
 */
function blur(side: number, { width, height }: Size): Step[] {
  const soften: Step = (image) => image.blur({ sigma: reach(Math.min(side, BLURRED), 200) })
  if (side <= BLURRED) return [soften]
  return [
    (image) => soften(image.resize({ width: BLURRED, height: BLURRED, fit: 'inside' })),
    (image) => image.resize({ width, height, fit: 'fill' }),
  ]
}

/** Red, green and blue of the result as shares of the original colours; the usual sepia tone. */
const SEPIA: [[number, number, number], [number, number, number], [number, number, number]] = [
  [0.393, 0.769, 0.189],
  [0.349, 0.686, 0.168],
  [0.272, 0.534, 0.131],
]

/** The sum is 0, so a uniform area becomes black. */
const LAPLACE = { width: 3, height: 3, kernel: [-1, -1, -1, -1, 8, -1, -1, -1, -1] }
