import { imageSize } from 'image-size'

export interface Size {
  width: number
  height: number
}

/**
 * From this EXIF orientation on, pictures lie on their side: width and height are swapped when they are
 * displayed.
 */
const ON_ITS_SIDE = 5

/**
 * The size of a picture as displayed, from its beginning; undefined while that is too short, or if it is not
 * a picture.
 */
export function sizeOf(head: Uint8Array): Size | undefined {
  try {
    const { width, height, orientation = 1 } = imageSize(head)
    if (!isSide(width) || !isSide(height)) return undefined
    return orientation < ON_ITS_SIDE ? { width, height } : { width: height, height: width }
  } catch {
    // It throws both for damaged pictures and for bytes that are still missing.
    return undefined
  }
}

const isSide = (value: number): boolean => Number.isInteger(value) && value > 0
