import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser } from 'playwright-core'
import sharp from 'sharp'
import { launchBrowser } from '../../live/browser.ts'
import { barriers, buy, overflow, pictureShop } from './shop-page.ts'
import { type RunningShop, startShop } from './shop-page-programs.ts'

describe('the shop in a browser, all its services running', () => {
  let shop: RunningShop
  let browser: Browser
  beforeAll(async () => {
    shop = await startShop()
    browser = await launchBrowser()
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    await shop?.stop()
  }, 30_000)

  it.each([
    ['a desk in the light', 1200, 'light'],
    ['a desk in the dark', 1200, 'dark'],
    ['a phone of 320 px in the light', 320, 'light'],
    ['a phone of 320 px in the dark', 320, 'dark'],
  ] as const)(
    'sells a mug and two watches in euros at %s, accessibly and without sideways scrolling',
    async (_where, width, colorScheme) => {
      const page = await browser.newPage({ viewport: { width, height: 700 }, colorScheme })
      const errors: string[] = []
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      const seen: string[] = []
      const purchase = await buy(page, shop.url, async (kind) => {
        if (seen.includes(kind)) return
        seen.push(kind)
        expect([kind, await overflow(page), await barriers(page)]).toEqual([kind, 0, []])
      })
      expect(purchase).toEqual({
        order: expect.stringMatching(/^[\da-f-]{36}$/),
        tracking: expect.stringMatching(/^[A-Z]{2}-\d+-\d+$/),
        total: expect.stringMatching(/^€\d+\.\d\d$/),
      })
      expect(seen).toEqual(['home', 'product', 'cart', 'order'])
      await page.goto(`${shop.url}/cart`)
      expect(await page.locator('h1').textContent()).toBe('Your cart is empty')
      expect(errors).toEqual([])
      await page.close()
    },
    90_000,
  )

  it.each([
    ['/?q=glass', 200, 'Found for “glass”'],
    ['/?q=nosuchthing', 200, 'Nothing found for “nosuchthing”'],
    ['/cart', 200, 'Your cart is empty'],
    ['/nowhere', 404, 'There is nothing here'],
  ])(
    'shows %s (%i) accessibly on a phone',
    async (path, status, heading) => {
      const page = await browser.newPage({ viewport: { width: 320, height: 700 } })
      const answer = await page.goto(`${shop.url}${path}`)
      expect([answer?.status(), await page.locator('h1').textContent()]).toEqual([status, heading])
      expect([await overflow(page), await barriers(page)]).toEqual([0, []])
      await page.close()
    },
    30_000,
  )

  it('shows the form again, at the wrong field, when the browser lets something wrong through', async () => {
    const page = await browser.newPage({ viewport: { width: 320, height: 700 } })
    await page.goto(`${shop.url}/product/6E92ZMYYFZ`)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.getByLabel('ZIP code').fill('EC1A')
    await page.getByLabel('Card number').fill('1234567890123456')
    await page.getByRole('button', { name: 'Place order' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('ZIP code').getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByLabel('ZIP code').inputValue()).toBe('EC1A')
    expect(await page.evaluate('document.activeElement.id')).toBe('zip_code')
    expect([await overflow(page), await barriers(page)]).toEqual([0, []])
    await page.close()
  }, 30_000)

  it('orders once when the confirmation is loaded again', async () => {
    const page = await browser.newPage()
    const first = await buy(page, shop.url)
    await page.reload()
    expect(await page.locator('[data-fact="order"]').textContent()).toBe(first.order)
    await page.close()
  }, 60_000)

  it('serves the shoppers of the load generator without an error', async () => {
    const args = [
      '--url',
      shop.url,
      '--users',
      '4',
      '--duration',
      '8s',
      '--pace',
      '0.03',
      '--seed',
      '5',
      '--json',
    ]
    const child = spawn(process.execPath, ['apps/boutique/loadgenerator/main.ts', ...args], { stdio: 'pipe' })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
    const [code] = await once(child, 'exit')
    const summary = JSON.parse(output) as { actions: { action: string }[]; troubles: unknown[] }
    expect([code, summary.troubles]).toEqual([0, []])
    expect(summary.actions.map(({ action }) => action)).toEqual(expect.arrayContaining(['index', 'checkout']))
  }, 60_000)

  it('can have its picture taken', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shop-'))
    const file = join(folder, 'boutique.png')
    await pictureShop(browser, shop.url, file)
    expect(await sharp(file).metadata()).toMatchObject({ format: 'png', width: 1200 })
    await rm(folder, { recursive: true })
  }, 60_000)

  it('keeps showing products when ads, recommendations and carts are gone, and says so at the cart', async () => {
    const { adservice, recommendationservice, cartservice } = shop.programs
    await Promise.all([adservice, recommendationservice, cartservice].map((program) => program.stop()))
    const product = await fetch(`${shop.url}/product/6E92ZMYYFZ`)
    expect([product.status, await product.text()]).toEqual([200, expect.stringContaining('Add to cart')])
    const cart = await fetch(`${shop.url}/cart`)
    expect([cart.status, cart.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await cart.text()).toContain('data-fact="reference"')
  }, 30_000)
})
