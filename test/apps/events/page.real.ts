import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../../live/browser.ts'
import { startSite } from './scripted-topic.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const PATIENCE = { timeout: 15_000 }
const LOOKS = [
  ['by day', { colorScheme: 'light', viewport: { width: 1200, height: 900 } }],
  ['by night', { colorScheme: 'dark', viewport: { width: 1200, height: 900 } }],
  ['on a telephone', { colorScheme: 'light', viewport: { width: 360, height: 740 } }],
] as const

describe('the page of events in a browser', () => {
  let site: Awaited<ReturnType<typeof startSite>>
  let browser: Browser
  let page: Page
  const problems: string[] = []
  beforeAll(async () => {
    browser = await launchBrowser()
  }, 60_000)
  afterAll(() => browser?.close(), 20_000)
  beforeEach(async () => {
    site = await startSite()
    problems.length = 0
  })
  afterEach(async () => {
    await page?.close()
    await site.stop()
  }, 20_000)

  const open = async (look: Parameters<Browser['newPage']>[0] = {}) => {
    page = await browser.newPage({ reducedMotion: 'reduce', ...look })
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text())
    })
    await page.goto(site.url, PATIENCE)
    await page.locator('#live.live').waitFor(PATIENCE)
  }
  const count = (name: string) => page.locator(`[data-count=${name}]`).textContent()
  const send = async (what: string, key = '') => {
    await page.getByLabel('What happened').fill(what)
    await page.getByLabel('Key').fill(key)
    await page.getByRole('button', { name: 'Send', exact: true }).click()
  }
  /** As go-app says it. */
  const read = (index: number, instance: string, outcome = 'done') => {
    const event = site.topic.events[index]
    if (!event) throw new Error(`there is no event ${index}`)
    const partition = site.topic.partitions.findIndex((lane) => lane.includes(event))
    const offset = site.topic.partitions[partition]?.indexOf(event)
    const heard = new Date(Date.parse(event.at) + 25).toISOString()
    const place = { topic: 'events', partition, offset }
    const attempt = outcome === 'dead' ? 3 : 1
    site.feed.tell('read', { id: event.id, key: event.key, ...place, instance, attempt, outcome, heard })
  }

  it('shows an event when it is written, and who read it, without a reload', async () => {
    await open()
    await page.getByText('No events yet.').waitFor(PATIENCE)
    await page.evaluate('window.isSame = true')
    await send('A parcel left the house', 'parcel-7')
    const row = page.locator('tbody tr').first()
    await row.getByText('A parcel left the house').waitFor(PATIENCE)
    await row.getByText('not yet').waitFor(PATIENCE)
    expect([await count('written'), await count('waiting')]).toEqual(['1', '1'])
    read(0, 'i-0reader1')
    await row.getByText('i-0reader1').waitFor(PATIENCE)
    await page.locator('.square.reader.c0').waitFor(PATIENCE)
    expect([await count('read'), await count('waiting'), await count('took')]).toEqual(['1', '0', '25 ms'])
    expect(await page.locator('#lanes li').textContent()).toContain('all read')
    expect(await page.evaluate('window.isSame')).toBe(true)
    expect(problems).toEqual([])
  }, 60_000)

  it('sends ten at once, and knows instances that read by their colour', async () => {
    await open()
    await page.getByLabel('What happened').fill('Ten parcels')
    await page.getByRole('button', { name: 'Send ten' }).click()
    await page.getByText('Ten parcels (10)').waitFor(PATIENCE)
    expect(site.topic.events).toHaveLength(10)
    read(0, 'i-0reader1')
    read(1, 'i-0reader2', 'dead')
    await page.locator('tbody').getByText('given up after 3 tries').waitFor(PATIENCE)
    expect(await page.locator('#readers li').allTextContents()).toEqual(['i-0reader1', 'i-0reader2'])
    expect(await count('waiting')).toBe('8')
  }, 60_000)

  it('says why an event was not taken, shows text as text, and keeps what was typed', async () => {
    await open()
    site.topic.failure = new Error('not enough replicas')
    await send('<b>bold</b>')
    const alert = page.getByRole('alert').filter({ hasText: 'not enough replicas' })
    await alert.waitFor(PATIENCE)
    expect(await page.getByLabel('What happened').inputValue()).toBe('<b>bold</b>')
    site.topic.failure = undefined
    await send('<b>bold</b>')
    await page.locator('tbody').getByText('<b>bold</b>').waitFor(PATIENCE)
    await alert.waitFor({ ...PATIENCE, state: 'hidden' })
  }, 60_000)

  it('shows what happened before it was opened, and is live again after its stream ended', async () => {
    await open()
    await send('first')
    await page.getByText('first').waitFor(PATIENCE)
    await page.reload(PATIENCE)
    await page.getByText('first').waitFor(PATIENCE)
    site.feed.end()
    await page.locator('#live:not(.live)').waitFor(PATIENCE)
    await page.locator('#live.live').waitFor(PATIENCE)
    expect(await count('written')).toBe('1')
  }, 60_000)

  it.each(LOOKS)(
    'has no fault that axe knows, and fits, %s',
    async (name, look) => {
      await open(look)
      await page.getByLabel('What happened').fill('A parcel left the house')
      await page.getByLabel('Key').fill('parcel-7')
      await page.getByRole('button', { name: 'Send ten' }).click()
      await page.getByText('A parcel left the house (10)').waitFor(PATIENCE)
      for (let index = 0; index < 8; index++)
        read(index, `i-0abcdef${index % 2}`, index === 5 ? 'dead' : 'done')
      await page.locator('tbody').getByText('given up').waitFor(PATIENCE)
      await page.evaluate(await readFile(AXE, 'utf8'))
      const { violations } = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
        'axe.run()',
      )
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([])
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      expect(width).toBeLessThanOrEqual(look.viewport.width)
      const folder = process.env.NANOFLEET_PICTURES
      if (folder)
        await page.screenshot({ path: `${folder}/events-${name.replaceAll(' ', '-')}.png`, fullPage: true })
      expect(problems).toEqual([])
    },
    60_000,
  )
})
