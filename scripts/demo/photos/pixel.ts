import sharp from 'sharp'

/** Red, green and blue, 0 to 255 each. */
export type Colour = [number, number, number]

/** JPEG and WebP keep a flat colour to within a few steps; a wrong filter is off by far more. */
const LOSS = 12

/** The colour at a place in a picture as viewers show it; `x` and `y` from 0 to 1. */
export async function colourAt(picture: Buffer, x = 0.5, y = 0.5): Promise<Colour> {
  const { data, info } = await sharp(picture)
    .autoOrient()
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const [column, row] = [x * (info.width - 1), y * (info.height - 1)].map(Math.round)
  const start = ((row ?? 0) * info.width + (column ?? 0)) * info.channels
  const [red = 0, green = 0, blue = 0] = data.subarray(start, start + 3)
  return [red, green, blue]
}

/** Whether one colour is the negative of the other. */
export const isNegative = (one: Colour, other: Colour): boolean =>
  one.every((value, index) => Math.abs(value + (other[index] ?? 0) - 255) <= LOSS)
