import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import type { Context } from '../../cli/context.ts'
import { ROOT } from '../apps/apps.ts'
import { launchBrowser } from '../live/browser.ts'
import { withWeb } from '../live/stage.ts'
import { untilWhole, webInstances, webUrl } from '../live/web.ts'

/** Where the picture of the page goes, if NANOFLEET_SCREENSHOTS asks for one. */
const PICTURE = join(ROOT, 'docs/images/web.png')

describe('the web page in a browser', () => {
  let context: Context
  let browser: Browser
  let page: Page
  beforeAll(async () => {
    context = await withWeb()
    await untilWhole(context, 2, 30)
    browser = await launchBrowser()
    page = await browser.newPage({ viewport: { width: 900, height: 560 } })
  }, 240_000)
  afterAll(() => browser?.close(), 20_000)

  const fact = async (name: string) =>
    (await page.locator(`[data-fact="${name}"]`).textContent()) ?? 'nothing'
  const colour = () =>
    page.evaluate<string>("getComputedStyle(document.querySelector('main')).borderTopColor")

  it('opens under its host name with no set-up and says which instance, zone and image answered', async () => {
    const answer = await page.goto(await webUrl(context), { timeout: 10_000 })
    expect(answer?.status()).toBe(200)
    expect(await page.title()).toBe('web')
    const instances = (await webInstances(context)).map(({ instanceId }) => instanceId)
    expect(instances).toContain(await fact('instance'))
    expect(await fact('zone')).toMatch(/^eu-west-1[abc]$/)
    const release = await context.releases().current('web')
    expect(await fact('image')).toBe(release?.services.web?.imageId)
    if (process.env.NANOFLEET_SCREENSHOTS) {
      await mkdir(dirname(PICTURE), { recursive: true })
      await page.screenshot({ path: PICTURE })
    }
  }, 30_000)

  it('changes its instance and its colour with every reload', async () => {
    const seen: { instance: string; colour: string }[] = []
    for (let reload = 0; reload < 4; reload += 1) {
      await page.reload({ timeout: 10_000 })
      seen.push({ instance: await fact('instance'), colour: await colour() })
    }
    expect(new Set(seen.map(({ instance }) => instance)).size).toBe(2)
    expect(new Set(seen.map((one) => one.colour)).size).toBe(2)
    for (const [index, one] of seen.slice(1).entries())
      expect([one.instance, one.colour]).not.toEqual([seen[index]?.instance, seen[index]?.colour])
  }, 30_000)
})
