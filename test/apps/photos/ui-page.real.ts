import { readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../../live/browser.ts'
import { draw, ScriptedMaster } from './master.ts'
import { allPicturesLoaded, picturePage } from './page.ts'
import { type RunningUi, startUi } from './ui.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

interface Violation {
  id: string
  impact: string
  nodes: { html: string }[]
}

describe('the page of photos in a browser', () => {
  let master: ScriptedMaster
  let ui: RunningUi
  let browser: Browser
  let page: Page
  const problems: string[] = []
  beforeAll(async () => {
    browser = await launchBrowser()
  }, 30_000)
  afterAll(() => browser?.close(), 20_000)
  beforeEach(async () => {
    master = await ScriptedMaster.start()
    ui = await startUi(master.address)
  }, 20_000)
  afterEach(async () => {
    await page?.close()
    await ui?.stop()
    master?.close()
    problems.length = 0
  }, 20_000)

  const open = async (options: Parameters<Browser['newPage']>[0] = {}, path = '/'): Promise<void> => {
    page = await browser.newPage({
      viewport: { width: 1200, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    })
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) problems.push(message.text())
    })
    await page.goto(`${ui.url}${path}`, { timeout: 15_000 })
  }
  const live = () => page.locator('#live.live').waitFor({ timeout: 10_000 })
  const count = (state: string) => page.locator(`[data-count=${state}]`).textContent()

  /** Files as a person drops them from a desktop folder. */
  const drop = async (...files: { name: string; bytes: Buffer }[]): Promise<void> => {
    const encoded = files.map(({ name, bytes }) => ({ name, text: bytes.toString('base64') }))
    await page.evaluate(`{
      const transfer = new DataTransfer()
      for (const { name, text } of ${JSON.stringify(encoded)}) {
        const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0))
        transfer.items.add(new File([bytes], name, { type: 'image/jpeg' }))
      }
      for (const type of ['dragenter', 'dragover', 'drop'])
        document.querySelector('main').dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }))
    }`)
  }

  it('shows two dropped files from their upload to the finished pictures, without a reload', async () => {
    await open()
    await page.locator('#empty').getByText('No pictures yet.').waitFor()
    await live()
    await page.locator('select[name=filter]').selectOption('sepia')
    await page.evaluate('window.isSame = true')
    await drop({ name: 'one.jpg', bytes: await draw(1) }, { name: 'two.jpg', bytes: await draw(2) })
    await page.locator('#uploads li.sent').first().waitFor({ timeout: 10_000 })
    await page.locator('.photo.waiting').nth(1).waitFor({ timeout: 10_000 })
    expect(master.arrived.map(({ name }) => name).sort()).toEqual(['one.jpg', 'two.jpg'])
    expect(new Set(master.arrived.map(({ token }) => token)).size).toBe(2)
    expect(master.arrived.map(({ filter }) => filter)).toEqual(['sepia', 'sepia'])
    const [first = 0, second = 0] = [...master.tasks.keys()]
    master.change(first, { state: 1, attempt: 1, worker: 'i-0abc' })
    await page.locator('.photo.working').getByText('by i-0abc').waitFor({ timeout: 10_000 })
    master.finish(first)
    master.change(second, { state: 3, reason: 'The picture is cut off in the middle.' })
    await page.locator('.photo.failed').getByText('cut off in the middle').waitFor({ timeout: 10_000 })
    const done = page.locator('.photo.done')
    await done.getByText(/\d\.\d s/).waitFor({ timeout: 10_000 })
    await allPicturesLoaded(page)
    expect([await count('done'), await count('failed'), await count('waiting')]).toEqual(['1', '1', '0'])
    expect(await page.locator('#empty').isVisible()).toBe(false)
    expect(await page.evaluate('window.isSame')).toBe(true)
    expect(problems).toEqual([])
  }, 60_000)

  it('moves the slider between before and after with the keyboard', async () => {
    master.finish(master.add().id)
    await open()
    await live()
    const slider = page.getByRole('slider', { name: /picture-1\.jpg/ })
    const at = () => page.evaluate<string>("document.querySelector('.frame').style.getPropertyValue('--at')")
    await slider.press('End')
    expect(await at()).toBe('100%')
    await slider.press('Home')
    expect(await at()).toBe('0%')
  }, 30_000)

  it('shows next to a refused file why, and sends the others', async () => {
    await open()
    await live()
    master.refusals.push([415, 'note.txt is not a picture.'])
    await drop({ name: 'note.txt', bytes: Buffer.from('hello') })
    await page
      .locator('#uploads .refused')
      .getByText('note.txt is not a picture.')
      .waitFor({ timeout: 10_000 })
    await drop({ name: 'empty.jpg', bytes: Buffer.alloc(0) }, { name: 'good.jpg', bytes: await draw(3) })
    await page.getByRole('heading', { name: 'good.jpg' }).waitFor({ timeout: 10_000 })
    await page.locator('#uploads .refused').getByText('It is empty').waitFor()
    expect(master.arrived.map(({ name }) => name)).toEqual(['good.jpg'])
    await page.getByRole('button', { name: 'Dismiss' }).first().click()
    expect(await page.locator('#uploads .refused').count()).toBe(1)
  }, 30_000)

  it('sends a file again under its token when the answer was lost or a service was down', async () => {
    await open()
    await live()
    master.refusals.push([0, ''], [503, 'storage does not answer.'])
    await drop({ name: 'again.jpg', bytes: await draw(4) })
    await page.locator('#uploads').getByText('Retrying in').waitFor({ timeout: 10_000 })
    await page.getByRole('heading', { name: 'again.jpg' }).waitFor({ timeout: 20_000 })
    expect(master.arrived).toHaveLength(1)
    expect(master.requests.filter((line) => line === 'POST /task')).toHaveLength(3)
  }, 40_000)

  it('adds older pictures with "more", none of them twice', async () => {
    for (let id = 1; id <= 60; id += 1) master.add()
    await open()
    await live()
    expect(await page.locator('#gallery .photo').count()).toBe(24)
    const more = page.getByRole('link', { name: 'More pictures' })
    await more.click()
    await page.locator('#photo-13').waitFor()
    await more.click()
    await page.locator('#photo-1').waitFor()
    expect(await more.isVisible()).toBe(false)
    const ids = await page.evaluate<number[]>(
      "[...document.querySelectorAll('#gallery .photo')].map((one) => Number(one.dataset.id))",
    )
    expect(ids).toEqual(Array.from({ length: 60 }, (_, index) => 60 - index))
  }, 30_000)

  it('says that the services are down, and recovers by itself', async () => {
    master.finish(master.add().id)
    master.away = true
    await open()
    await page.locator('#trouble').getByText('are not answering right now').waitFor()
    expect(await page.locator('#empty').isVisible()).toBe(false)
    master.away = false
    await page.locator('.photo.done').waitFor({ timeout: 20_000 })
    await page.locator('#trouble').waitFor({ state: 'hidden', timeout: 10_000 })
  }, 60_000)

  it('recovers after the instance it was connected to is gone', async () => {
    const { id } = master.add()
    await open()
    await live()
    const port = new URL(ui.url).port
    await ui.stop()
    await page.locator('#live:not(.live)').waitFor({ timeout: 10_000 })
    master.finish(id)
    ui = await startUi(master.address, port)
    await page.locator('.photo.done').waitFor({ timeout: 20_000 })
  }, 60_000)

  it.each([
    ['light', 'light', 1200],
    ['dark', 'dark', 1200],
    ['a phone', 'light', 320],
  ] as const)(
    'is accessible in %s',
    async (_what, colorScheme, width) => {
      for (const state of [0, 1, 2, 3] as const) {
        const { id } = master.add({ name: `a-name-without-any-place-to-break-it-${'x'.repeat(60)}.jpg` })
        if (state === 2) master.finish(id)
        else master.change(id, { state, reason: 'A reason of some length, as a worker gives it.' })
      }
      await open({ colorScheme, viewport: { width, height: 800 } }, '/?taskId=3')
      await live()
      master.refusals.push([415, 'This is not a picture.'])
      await drop({ name: 'a-refused-file-with-quite-a-long-name.txt', bytes: Buffer.from('x') })
      await page.locator('#uploads .refused').waitFor()
      const [scroll, inner] = await page.evaluate<number[]>(
        '[document.documentElement.scrollWidth, innerWidth]',
      )
      expect(scroll).toBeLessThanOrEqual(inner ?? 0)
      const axe = await readFile(AXE, 'utf8')
      await page.evaluate(axe)
      const violations = await page.evaluate<Violation[]>('axe.run().then((found) => found.violations)')
      expect(violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`)).toEqual([])
      expect(problems).toEqual([])
    },
    60_000,
  )

  it('works without JavaScript: a form, then the picture with its state', async () => {
    await open({ javaScriptEnabled: false }, '/upload')
    const bytes = await draw(5)
    await page
      .locator('input[name=image]')
      .setInputFiles({ name: 'plain.jpg', mimeType: 'image/jpeg', buffer: bytes })
    await page.getByRole('button', { name: 'Send' }).click()
    await page.waitForURL(/taskId=1/)
    await page.locator('#pinned .photo.waiting').waitFor()
    master.finish(1)
    await page.locator('#pinned .photo.done').waitFor({ timeout: 15_000 })
  }, 40_000)

  it('fits in a picture for the documentation', async () => {
    for (let id = 1; id <= 8; id += 1) master.finish(master.add().id)
    const file = join(tmpdir(), `photos-${process.pid}.png`)
    await picturePage(browser, ui.url, file)
    expect((await readFile(file)).length).toBeGreaterThan(10_000)
    await rm(file)
  }, 40_000)
})
