import sharp, { type Sharp } from 'sharp'

/** The master refuses larger pictures; the worker does not rely on that. */
const LIMIT_PIXELS = 100_000_000

/**
 * Only these loaders of libvips may run: others, such as those for SVG and PDF, leave more room for
 * surprises.
 */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif']

// One picture at a time, in one thread: a small instance has no memory for more. No cache, as nothing is read
// twice.
sharp.cache(false)
sharp.concurrency(1)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: LOADERS.map((kind) => `VipsForeignLoad${kind}`) })

/** How damage and size are judged: truncated or wrong data fails, mere oddities do not. */
const STRICT = { failOn: 'error', limitInputPixels: LIMIT_PIXELS, sequentialRead: true } as const

/**
 * Opens a picture so that it is read once, from top to bottom.
 * @param seconds after which work on it is aborted
 */
export const open = (file: string, seconds: number): Sharp => sharp(file, STRICT).timeout({ seconds })

/** Opens pictures as one, each below the previous one. */
export const openColumn = (files: string[], seconds: number): Sharp =>
  // sharp can only join two or more.
  (files.length === 1 ? sharp(files[0], STRICT) : sharp(files, { ...STRICT, join: { across: 1 } })).timeout({
    seconds,
  })

/** The width of a stored tile, in pixels. */
export const TILE = 256

/**
 * How pictures are stored on disk between two steps: uncompressed, in tiles that can be read in any order.
 * The tiles are low, because what is read is held in rows of tiles.
 */
export const TILED = { compression: 'none', tile: true, tileWidth: TILE, tileHeight: 16 } as const

export { sharp }
