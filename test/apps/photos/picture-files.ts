import sharp, { type Sharp } from 'sharp'

export type Colour = readonly [red: number, green: number, blue: number]

/** Three blocks above three others, all in different colours, so that every turn of it looks different. */
export const BOARD: readonly (readonly Colour[])[] = [
  [
    [220, 30, 40],
    [30, 200, 60],
    [40, 60, 230],
  ],
  [
    [230, 220, 50],
    [40, 200, 210],
    [240, 240, 240],
  ],
]

const [COLUMNS, ROWS] = [3, 2]

/** The width and height of a block in pixels; 16 keeps JPEG's colours clean. */
const BLOCK = 16

/**
 * Where a stored pixel belongs on the upright board (Exif 3.0, "Orientation": what row 0 and column 0 are).
 */
const PLACES: Record<number, (column: number, row: number) => [x: number, y: number]> = {
  1: (column, row) => [column, row],
  2: (column, row) => [COLUMNS - 1 - column, row],
  3: (column, row) => [COLUMNS - 1 - column, ROWS - 1 - row],
  4: (column, row) => [column, ROWS - 1 - row],
  5: (column, row) => [row, column],
  6: (column, row) => [COLUMNS - 1 - row, column],
  7: (column, row) => [COLUMNS - 1 - row, ROWS - 1 - column],
  8: (column, row) => [row, ROWS - 1 - column],
}

/** The board as a camera stores it when held another way; its EXIF data says so. */
export function board(orientation = 1): Sharp {
  const [columns, rows] = orientation > 4 ? [ROWS, COLUMNS] : [COLUMNS, ROWS]
  const place = PLACES[orientation] ?? ((column, row) => [column, row])
  const blocks = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column): Colour => {
      const [x, y] = place(column, row)
      return BOARD[y]?.[x] ?? [0, 0, 0]
    }),
  )
  return fromBlocks(blocks).withMetadata({ orientation })
}

/** A picture made of single-coloured blocks. */
export function fromBlocks(blocks: readonly (readonly Colour[])[]): Sharp {
  const rows = blocks.flatMap((row) => {
    const line = row.flatMap((colour) => Array.from({ length: BLOCK }, () => [...colour]).flat())
    return Array.from({ length: BLOCK }, () => line)
  })
  const [width, height] = [(blocks[0]?.length ?? 0) * BLOCK, blocks.length * BLOCK]
  return sharp(Uint8Array.from(rows.flat()), { raw: { width, height, channels: 3 } })
}

/** The colour in the middle of each block of such a picture. */
export async function blocksOf(file: string, columns: number, rows: number): Promise<number[][][]> {
  const { data, info } = await sharp(file).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  const at = (column: number, row: number): number[] => {
    const x = Math.floor(((column + 0.5) * info.width) / columns)
    const y = Math.floor(((row + 0.5) * info.height) / rows)
    const start = (y * info.width + x) * info.channels
    return [...data.subarray(start, start + info.channels)]
  }
  return Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => at(column, row)),
  )
}

/**
 * A photo as a camera takes it: detail everywhere, fine grain, and a location in its EXIF data. As a 24
 * megapixel JPEG it is about 10 MB.
 */
export const photo = (width: number, height: number, orientation = 1): Sharp =>
  sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 18 },
    },
  })
    .withExif({
      IFD0: { Make: 'Nanofleet' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100', GPSLongitudeRef: 'W' },
    })
    .withMetadata({ orientation })
