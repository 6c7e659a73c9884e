import sharp, { type Sharp } from 'sharp'

/** Pictures beyond are refused by the master; the worker does not trust it. */
const LIMIT_PIXELS = 100_000_000

/** Only these loaders of libvips may run: it has others, for SVG and PDF for example, with more room for surprises. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif']

// One picture at a time and one thread each: a small instance has no memory for more, and nothing is asked for twice.
sharp.cache(false)
sharp.concurrency(1)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: LOADERS.map((kind) => `VipsForeignLoad${kind}`) })

/** How damage and size are judged: what is cut off or wrong fails, mere oddities do not. */
const STRICT = { failOn: 'error', limitInputPixels: LIMIT_PIXELS, sequentialRead: true } as const

/**
 * Opens a picture so that it is read once from top to bottom.
 * @param seconds after which work on it is broken off
 */
export const open = (file: string, seconds: number): Sharp => sharp(file, STRICT).timeout({ seconds })

/** Opens pictures as one, each below the one before. */
export const openColumn = (files: string[], seconds: number): Sharp =>
  // sharp joins two or more.
  (files.length === 1 ? sharp(files[0], STRICT) : sharp(files, { ...STRICT, join: { across: 1 } })).timeout({
    seconds,
  })

/** Pixels; the stored width of a tile. */
export const TILE = 256

/**
 * How pictures lie on the disk between two steps: not compressed, in tiles, of which any few can be read. Low ones: what is
 * read is held by rows of tiles.
 */
export const TILED = { compression: 'none', tile: true, tileWidth: TILE, tileHeight: 16 } as const

export { sharp }
