import type { Sharp } from 'sharp'

interface Turn {
  /** Degrees clockwise, after mirroring, as sharp does it. */
  angle: 0 | 90 | 180 | 270
  mirror?: 'leftRight' | 'upDown'
}

/** How to make a picture upright, by its EXIF orientation (Exif 3.0, "Orientation"). */
const TURNS: Record<number, Turn> = {
  2: { angle: 0, mirror: 'leftRight' },
  3: { angle: 180 },
  4: { angle: 0, mirror: 'upDown' },
  5: { angle: 90, mirror: 'upDown' },
  6: { angle: 90 },
  7: { angle: 90, mirror: 'leftRight' },
  8: { angle: 270 },
}

/** False for a picture that is already upright; a value that is not in the standard counts as upright. */
export const isTurned = (orientation: number | undefined): orientation is number =>
  orientation !== undefined && orientation in TURNS

/** Width and height of a picture once it is upright. */
export const uprightSize = (
  orientation: number | undefined,
  { width, height }: { width: number; height: number },
): { width: number; height: number } =>
  isTurned(orientation) && orientation >= 5 ? { width: height, height: width } : { width, height }

/** Makes a picture upright whose pixels are stored as the camera was held. */
export function upright(image: Sharp, orientation: number | undefined): Sharp {
  const turn = TURNS[orientation ?? 1]
  if (!turn) return image
  const { angle, mirror } = turn
  return image
    .rotate(angle)
    .flop(mirror === 'leftRight')
    .flip(mirror === 'upDown')
}

export interface Region {
  left: number
  top: number
  width: number
  height: number
}

/**
 * Where rows of the upright picture are stored.
 * @param size the size of the stored picture
 */
export function storedRegion(
  orientation: number,
  { width, height }: { width: number; height: number },
  first: number,
  rows: number,
): Region {
  const isSideways = orientation >= 5
  const length = isSideways ? width : height
  const isReversed = [3, 4, 7, 8].includes(orientation)
  const start = isReversed ? length - first - rows : first
  return isSideways
    ? { left: start, top: 0, width: rows, height }
    : { left: 0, top: start, width, height: rows }
}
