import { beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { drawPicture } from '../../scripts/demo/photos/picture.ts'
import { colourAt, isNegative } from '../../scripts/demo/photos/pixel.ts'

describe('the picture that the demo draws', () => {
  // What the worker's own tests block in the library is blocked for every test in the same process.
  beforeAll(() => sharp.unblock({ operation: ['VipsForeignLoadSvg'] }))

  const size = { width: 300, height: 200, hue: 40 }

  it('looks the same whether it is stored upright or on its side', async () => {
    const [upright, turned] = await Promise.all([
      drawPicture(size),
      drawPicture({ ...size, onItsSide: true }),
    ])
    expect(await sharp(turned).metadata()).toMatchObject({ width: 200, height: 300, orientation: 6 })
    for (const [x, y] of [
      [0.02, 0.02],
      [0.5, 0.5],
      [0.25, 0.97],
    ] as const) {
      const [one, other] = [await colourAt(upright, x, y), await colourAt(turned, x, y)]
      for (const [index, value] of one.entries())
        expect(Math.abs(value - (other[index] ?? 0))).toBeLessThan(8)
    }
  })

  it('differs from its negative', async () => {
    const picture = await drawPicture(size)
    const negative = await sharp(picture).negate().webp({ quality: 80 }).toBuffer()
    expect(isNegative(await colourAt(picture), await colourAt(negative))).toBe(true)
    expect(isNegative(await colourAt(picture), await colourAt(picture))).toBe(false)
  })
})
