import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'

const { source: axe } = createRequire(import.meta.url)('axe-core') as { source: string }

/** In CSS pixels; the hero and a row and a half of products. */
const SIZE = { width: 1200, height: 900 }

/** The largest size of a picture in the documentation, in bytes. */
const LARGEST = 300_000

const PATIENCE = { timeout: 15_000 }

/** What the last page of a purchase shows. */
export interface Purchase {
  order: string
  tracking: string
  total: string
}

/**
 * Buys as a person would: chooses euros, puts a mug and two watches into the cart, checks out with what the
 * form suggests.
 * @param url the shop's URL
 * @param look called on each page that appears, with its kind
 * @throws Error when a page does not appear, or not in euros
 */
export async function buy(
  page: Page,
  url: string,
  look: (kind: string) => Promise<void> = async () => {},
): Promise<Purchase> {
  await page.goto(url, PATIENCE)
  await arrive(page, 'home', look)
  await page.locator('.currency summary').click()
  await page.locator('button[value="EUR"]').click()
  await page.locator('.card .price', { hasText: '€' }).first().waitFor(PATIENCE)
  for (const [name, quantity] of [
    ['Mug', '1'],
    ['Watch', '2'],
  ] as const) {
    await page.locator('.brand').click()
    await page.locator('.card', { hasText: name }).first().click()
    await arrive(page, 'product', look)
    await page.getByLabel('Quantity').fill(quantity)
    await page.getByRole('button', { name: 'Add to cart' }).click()
    await page.locator('main[data-page=cart]').waitFor(PATIENCE)
  }
  await arrive(page, 'cart', look)
  const due = await fact(page, 'total')
  await page.getByRole('button', { name: 'Place order' }).click()
  await arrive(page, 'order', look)
  const purchase = {
    order: await fact(page, 'order'),
    tracking: await fact(page, 'tracking'),
    total: await fact(page, 'total'),
  }
  if (purchase.total !== due) throw new Error(`the cart said ${due}, the order says ${purchase.total}`)
  return purchase
}

async function arrive(page: Page, kind: string, look: (kind: string) => Promise<void>): Promise<void> {
  await page.locator(`main[data-page=${kind}]`).waitFor(PATIENCE)
  await look(kind)
}

/** The text of a marked place on the page, such as `tracking`, `total` or the `instance` that served it. */
export async function fact(page: Page, name: string): Promise<string> {
  return (await page.locator(`[data-fact="${name}"]`).first().textContent(PATIENCE)) ?? ''
}

/**
 * What axe-core finds serious or critical on the page: the rule, its description and the first place of each.
 */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>('axe.run()')
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, help, nodes }) => `${id}: ${help} at ${nodes[0]?.target} ${nodes[0]?.failureSummary}`)
}

/** By how many pixels the page is wider than the window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')

/**
 * Writes a picture of the first page in the light colour scheme.
 * @param url the shop's URL
 * @param file a PNG such as `docs/images/boutique.png`; at most 300 kB
 * @throws Error when its pictures do not load within 30 s, or the file would be larger
 */
export async function pictureShop(browser: Browser, url: string, file: string): Promise<void> {
  const page = await browser.newPage({ viewport: SIZE, colorScheme: 'light' })
  try {
    await page.goto(url, PATIENCE)
    await page.waitForFunction(
      '[...document.images].every((image) => image.complete && image.naturalWidth > 0)',
      undefined,
      { timeout: 30_000 },
    )
    const shot = await page.screenshot({ animations: 'disabled' })
    const png = await sharp(shot).png({ compressionLevel: 9 }).toBuffer()
    if (png.length > LARGEST) throw new Error(`${file} would have ${png.length} bytes, more than ${LARGEST}`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, png)
  } finally {
    await page.close()
  }
}
