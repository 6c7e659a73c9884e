import sharp from 'sharp'

/** What a picture looks like: its size in pixels, and the colour in its middle. */
export interface Sketch {
  width: number
  height: number
  /** Degrees on the colour wheel; the sky has the opposite colour. */
  hue: number
  /**
   * Stored on its side as many cameras do, with the EXIF orientation (6) that tells viewers to turn it
   * upright.
   */
  onItsSide?: boolean
}

/** Draws an evening over hills as a JPEG, with a sun in one flat colour in the middle. */
export async function drawPicture({ width, height, hue, onItsSide = false }: Sketch): Promise<Buffer> {
  const sky = (hue + 180) % 360
  const [x, y, short] = [width / 2, height / 2, Math.min(width, height)]
  const hill = (level: number, wave: number, lightness: number): string =>
    `<path fill="hsl(${sky} 45% ${lightness}%)" d="M0 ${height * level} Q ${width * 0.25} ${height * (level - wave)}
      ${x} ${height * level} T ${width} ${height * level} V ${height} H 0 Z"/>`
  const stars = Array.from({ length: 24 }, (_, index) => {
    const [left, top] = [(index * 0.755) % 1, ((index * 0.57) % 1) * 0.35]
    return `<circle cx="${left * width}" cy="${top * height}" r="${short * 0.004}" fill="white" opacity="0.7"/>`
  })
  const image = sharp(
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
      <linearGradient id="sky" x2="0" y2="1">
        <stop offset="0" stop-color="hsl(${sky} 60% 18%)"/>
        <stop offset="0.55" stop-color="hsl(${(hue + 330) % 360} 65% 48%)"/>
        <stop offset="0.8" stop-color="hsl(${(hue + 20) % 360} 90% 72%)"/>
      </linearGradient>
      <rect width="100%" height="100%" fill="url(#sky)"/>
      ${stars.join('')}
      <circle cx="${x}" cy="${y}" r="${short * 0.2}" fill="hsl(${hue} 85% 60%)"/>
      ${hill(0.78, 0.16, 32)}${hill(0.86, -0.1, 22)}${hill(0.94, 0.08, 13)}
    </svg>`),
  )
    .flatten()
    .jpeg({ quality: 90 })
  return (onItsSide ? image.rotate(270).withMetadata({ orientation: 6 }) : image).toBuffer()
}
