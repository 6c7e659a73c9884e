import type { Sharp } from 'sharp'
import type { Filter } from '../lib/filters.ts'

export interface Size {
  width: number
  height: number
}

export type Step = (image: Sharp) => Sharp

/** Brightness levels of each colour that posterize leaves. */
const LEVELS = 4

/** How far blur and sharpen reach on a picture of this many pixels across; it looks the same at each size. */
const reach = (side: number, share: number): number => Math.max(1, side / share)

/**
 * The steps of a filter, for a picture of 8 bits per colour: each is one run of libvips, most need one. Transparency
 * stays, save for `edges`, which are white on black.
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
      // Rounding down to the level's number needs a run of its own: libvips rounds where a run ends.
      return [(image) => image.linear(LEVELS / 256), (image) => image.linear(255 / (LEVELS - 1))]
    case 'edges':
      return [(image) => image.flatten({ background: 'black' }).grayscale().convolve(LAPLACE)]
  }
}

/** The longer side, in pixels, up to which a picture is blurred as it is. */
const BLURRED = 1500

/** libvips holds all of a picture that it blurs in memory. A large one is made small for it: blurred, it loses nothing by that. */
function blur(side: number, { width, height }: Size): Step[] {
  const soften: Step = (image) => image.blur({ sigma: reach(Math.min(side, BLURRED), 200) })
  if (side <= BLURRED) return [soften]
  return [
    (image) => soften(image.resize({ width: BLURRED, height: BLURRED, fit: 'inside' })),
    (image) => image.resize({ width, height, fit: 'fill' }),
  ]
}

/** Red, green and blue of the result as shares of the original's; the usual sepia tone. */
const SEPIA: [[number, number, number], [number, number, number], [number, number, number]] = [
  [0.393, 0.769, 0.189],
  [0.349, 0.686, 0.168],
  [0.272, 0.534, 0.131],
]

/** The sum is 0, so an even area becomes black. */
const LAPLACE = { width: 3, height: 3, kernel: [-1, -1, -1, -1, 8, -1, -1, -1, -1] }
