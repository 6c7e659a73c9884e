import type { Sharp } from 'sharp'
import { open, openColumn, TILE, TILED } from './engine.ts'
import { storedRegion, upright, uprightSize } from './orientation.ts'

/**
 * Opens a picture that is not stored upright, turned upright with 8 bits per colour. In one go libvips would
 * hold all of it in memory (72 MB at 24 megapixels). So it is written to disk in tiles that can be read in
 * any order; it is turned strip by strip; and the strips are read as one picture.
 */
export async function turned(
  original: string,
  orientation: number,
  path: (name: string) => string,
  secondsLeft: () => number,
): Promise<Sharp> {
  const tiles = path('tiles.tif')
  const size = await open(original, secondsLeft()).toColourspace('srgb').tiff(TILED).toFile(tiles)
  const { width, height } = uprightSize(orientation, size)
  // A strip is as high as the stored picture's tiles are wide.
  const strips: string[] = []
  for (let first = 0; first < height; first += TILE) {
    const strip = path(`strip-${first}.tif`)
    const region = storedRegion(orientation, size, first, Math.min(TILE, height - first))
    await upright(open(tiles, secondsLeft()).extract(region), orientation).tiff(TILED).toFile(strip)
    strips.push(strip)
  }
  // The last strip may be shorter than its place in the column.
  return openColumn(strips, secondsLeft()).extract({ left: 0, top: 0, width, height })
}
