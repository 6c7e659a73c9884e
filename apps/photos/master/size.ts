import { imageSize } from 'image-size'

export interface Size {
  width: number
  height: number
}

/** EXIF orientations from this one on lie on their side: width and height change places for whoever sees the picture. */
const ON_ITS_SIDE = 5

/** The size of a picture as it is seen, by its beginning; undefined while that is too short to tell, or is no picture. */
export function sizeOf(head: Uint8Array): Size | undefined {
  try {
    const { width, height, orientation = 1 } = imageSize(head)
    if (!isSide(width) || !isSide(height)) return undefined
    return orientation < ON_ITS_SIDE ? { width, height } : { width: height, height: width }
  } catch {
    // It throws for what is broken and for what is not there yet alike.
    return undefined
  }
}

const isSide = (value: number): boolean => Number.isInteger(value) && value > 0
