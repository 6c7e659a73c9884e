import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'

/** A page this wide, in CSS pixels, shows four pictures in a row. */
const SIZE = { width: 1200, height: 900 }

/** The largest size of a picture in the documentation, in bytes. */
const LARGEST = 300_000

/**
 * Writes a picture of the gallery in the light colour scheme, once its first pictures are there.
 * @param url the page's URL
 * @param file a PNG such as `docs/images/photos.png`; at most 300 kB
 * @throws Error when no picture is finished within 30 s, or the file would be larger
 */
export async function picturePage(browser: Browser, url: string, file: string): Promise<void> {
  const page = await browser.newPage({ viewport: SIZE, deviceScaleFactor: 1, colorScheme: 'light' })
  try {
    await page.goto(url, { timeout: 15_000 })
    await page.locator('.photo.done').first().waitFor({ timeout: 30_000 })
    await allPicturesLoaded(page)
    const shot = await page.screenshot({ animations: 'disabled' })
    // Fewer colours look the same in a document, at a third of the size.
    const png = await sharp(shot).png({ palette: true, quality: 90, effort: 10 }).toBuffer()
    if (png.length > LARGEST) throw new Error(`${file} would have ${png.length} bytes, more than ${LARGEST}`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, png)
  } finally {
    await page.close()
  }
}

/** Polled from outside: the page's policy forbids what waiting inside it needs. */
const LOADED = `[...document.images].every(
  (image) => (image.complete && image.naturalWidth > 0) || image.getBoundingClientRect().top > innerHeight)`

/** @throws Error when a picture in view is not loaded within 30 s */
export async function allPicturesLoaded(page: Page): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await page.evaluate<boolean>(LOADED))) {
    if (Date.now() > deadline) throw new Error('the pictures in view were not loaded within 30 s')
    await pause(100)
  }
}
