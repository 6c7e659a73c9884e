import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../../live/browser.ts'
import { Alone } from './alone.ts'
import { draw } from './master.ts'
import { allPicturesLoaded } from './page.ts'

describe('the page with all services of the app', () => {
  let alone: Alone | undefined
  let url: string
  let browser: Browser

  beforeAll(async () => {
    const started = await Alone.start('db', 'storage', 'master', 'worker', 'ui')
    alone = started.alone
    url = started.url('ui')
    browser = await launchBrowser()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await alone?.stop()
  }, 20_000)

  it('shows a chosen picture finished by a worker, and why another file is refused', async () => {
    const page = await browser.newPage()
    await page.goto(url, { timeout: 15_000 })
    await page.locator('#live.live').waitFor({ timeout: 10_000 })
    await page.locator('input[name=image]').setInputFiles([
      { name: 'hills.jpg', mimeType: 'image/jpeg', buffer: await draw(2) },
      { name: 'note.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('not a picture at all') },
    ])
    await page.locator('#uploads .refused').getByText('note.jpg').first().waitFor({ timeout: 10_000 })
    await page.locator('.photo.done').waitFor({ timeout: 30_000 })
    await allPicturesLoaded(page)
    expect(await page.locator('.photo.done .facts').textContent()).toMatch(/invert.*\d\.\d s.*by /)
    expect(await page.locator('#uploads .refused .note').textContent()).toMatch(/picture/)
  }, 60_000)
})
