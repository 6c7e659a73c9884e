import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../../support/browser.ts'
import { draw } from '../../support/photos-master.ts'
import { allPicturesLoaded } from '../../support/photos-page.ts'
import { freePort, type RunningUi, startUi } from '../../support/photos-ui.ts'

describe('the page with all services of the app', () => {
  const services: ChildProcess[] = []
  let ui: RunningUi
  let browser: Browser

  const start = async (service: string, ...args: string[]): Promise<string> => {
    const port = String(await freePort())
    const child = spawn(process.execPath, [`apps/photos/${service}/main.ts`, ...args], {
      env: { PATH: process.env.PATH, PORT: port, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    services.push(child)
    if (child.stdout) await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    child.stdout?.resume()
    return `127.0.0.1:${port}`
  }

  beforeAll(async () => {
    const store = await start('keyvaluestore')
    await Promise.all(['db', 'storage', 'master', 'worker'].map((service) => start(service, store)))
    ui = await startUi(store)
    browser = await launchBrowser()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await ui?.stop()
    for (const service of services) service.kill('SIGKILL')
  }, 20_000)

  it('shows a chosen picture finished by a worker, and why what is no picture is refused', async () => {
    const page = await browser.newPage()
    await page.goto(ui.url, { timeout: 15_000 })
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
