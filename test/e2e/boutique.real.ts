import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { TerminateInstanceInAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling'
import { DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation'
import { ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser } from 'playwright-core'
import sharp from 'sharp'
import type { Context } from '../../cli/context.ts'
import { appStack, TAG } from '../../core/base/names.ts'
import { placeOrder } from '../../scripts/demo/boutique/order.ts'
import { until } from '../../scripts/demo/wait.ts'
import { ROOT } from '../apps/apps.ts'
import { loadShop } from '../apps/boutique/shop-load.ts'
import { buy, pictureShop } from '../apps/boutique/shop-page.ts'
import { expectedTotal } from '../apps/boutique/shop-totals.ts'
import { removeApp, untilAppIsWhole } from '../live/apps.ts'
import { pairs, shopInstances, withBoutique } from '../live/boutique.ts'
import { launchBrowser } from '../live/browser.ts'
import { killInTurn } from '../live/chaos.ts'
import { nanofleet } from '../live/cli.ts'
import { stageImages } from '../live/images.ts'
import { edit, pushChanged, pushOwn } from '../live/source.ts'
import { runToEnd } from '../live/workflows.ts'
import { sample, seeded } from '../support/seeded.ts'

/** Where the picture of the shop goes, if NANOFLEET_SCREENSHOTS asks for one. */
const PICTURE = join(ROOT, 'docs/images/boutique.png')

/** The seed of a failed run kills in the same order again. */
const SEED = Number(process.env.NANOFLEET_CHAOS_SEED ?? Date.now() % 1_000_000)

const SHOPPERS = 50

describe('the boutique', () => {
  let context: Context
  let shop: string
  let browser: Browser | undefined
  beforeAll(async () => {
    ;({ context, shop } = await withBoutique())
    await untilAppIsWhole(context, 'boutique', 60)
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await pushOwn(context, 'boutique')
  }, 40_000)

  /** The log line with this text, and the lines of the mail after it. */
  const mailWith = (text: string): Promise<string> =>
    until(`a mail with ${text}`, 20, async () => {
      const { code, out } = await nanofleet('logs', 'boutique', 'emailservice')
      expect(code).toBe(0)
      return out.includes(text) ? out : undefined
    })

  it('sells two products in euros in a browser, and mails the confirmation', async () => {
    browser = await launchBrowser()
    const page = await browser.newPage()
    const { order, tracking, total } = await buy(page, shop)
    await page.close()
    expect(order).toMatch(/^[\da-f-]{36}$/)
    expect(tracking).toMatch(/^[A-Z]{2}-\d+-\d+$/)
    const mail = await mailWith(order)
    expect(mail).toContain(tracking)
    expect(mail).toContain(total)
    const file = process.env.NANOFLEET_SCREENSHOTS ? PICTURE : join(ROOT, '.nanofleet/boutique.png')
    await pictureShop(browser, shop, file)
    expect((await sharp(file).metadata()).width).toBe(1200)
  }, 90_000)

  it.each([
    ['USD', '$', 2],
    ['EUR', '€', 2],
    ['GBP', '£', 2],
    ['JPY', '¥', 0],
    ['CAD', 'CA$', 2],
    ['TRY', 'TRY', 2],
  ])(
    'charges in %s exactly what catalogue and rates say, to the smallest coin',
    async (currency, sign, decimals) => {
      const pieces = { '1YMWWN1N4O': 7, '6E92ZMYYFZ': 3, LS4PSXUNUM: 10 }
      const { total } = await placeOrder(shop, { currency, pieces })
      expect(total.startsWith(sign)).toBe(true)
      expect(BigInt(total.replace(/\D/g, ''))).toBe(expectedTotal(currency, decimals, pieces))
    },
    30_000,
  )

  it(`fails no page of ${SHOPPERS} shoppers while one of each pair behind the frontend dies`, async () => {
    console.info(`again with NANOFLEET_CHAOS_SEED=${SEED}`)
    const services = (await pairs(context)).filter((service) => service !== 'frontend')
    expect(services).toHaveLength(10)
    const plan = sample(services, services.length, SEED)
    const [summary, kills] = await Promise.all([
      loadShop(shop, { users: SHOPPERS, seconds: 30, seed: SEED }),
      killInTurn(context, 'boutique', seeded(SEED), plan, 2.5),
    ])
    expect({ troubles: summary.troubles, kills }).toMatchObject({ troubles: [] })
    expect(new Set(kills.map(({ service }) => service))).toEqual(new Set(services))
    const actions = summary.actions.map(({ action }) => action)
    expect(actions).toEqual(expect.arrayContaining(['index', 'setCurrency', 'addToCart', 'checkout']))
    expect(summary.total.count).toBeGreaterThan(100)
    await untilAppIsWhole(context, 'boutique', 60)
  }, 120_000)

  it('fails no page while a frontend instance is replaced', async () => {
    const [InstanceId = ''] = (await shopInstances(context)).get('frontend') ?? []
    const goes = new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId,
      ShouldDecrementDesiredCapacity: false,
    })
    const [{ troubles }] = await Promise.all([
      loadShop(shop, { users: SHOPPERS, seconds: 15, seed: SEED }),
      sleep(3000).then(() => context.autoScaling().send(goes)),
    ])
    expect(troubles).toEqual([])
    await untilAppIsWhole(context, 'boutique', 60)
    expect((await shopInstances(context)).get('frontend')).not.toContain(InstanceId)
  }, 100_000)

  it('loses only the pages under way when a frontend instance dies', async () => {
    const [{ troubles, total }] = await Promise.all([
      loadShop(shop, { users: SHOPPERS, seconds: 10, seed: SEED }),
      killInTurn(context, 'boutique', seeded(SEED), ['frontend'], 4),
    ])
    // A load balancer answers 502 for an instance that closes in the middle of a request (AWS, "Troubleshoot
    // your Application Load Balancers"). Nobody asks the other instance for these few.
    expect(troubles.filter(({ reason }) => !reason.endsWith(' answered 502'))).toEqual([])
    expect(total.errors).toBeLessThanOrEqual(5)
    await untilAppIsWhole(context, 'boutique', 60)
  }, 90_000)

  it('is rebuilt and replaced only where a service changed', async () => {
    const built = new Set((await stageImages(context)).map(({ ImageId }) => ImageId))
    const before = await shopInstances(context)
    const thanks = 'Thank you, and come again.'
    await pushChanged(context, 'boutique', (root) =>
      edit(join(root, 'apps/boutique/emailservice/confirmation.ts'), 'Thank you for your order.', thanks),
    )
    await runToEnd(context, 'deploy', { app: 'boutique' }, 90)
    const made = (await stageImages(context)).filter(({ ImageId }) => !built.has(ImageId))
    expect(made.map(({ Tags = [] }) => Tags.find(({ Key }) => Key === TAG.service)?.Value)).toEqual([
      'emailservice',
    ])
    const after = await shopInstances(context)
    const [old, fresh] = [before.get('emailservice') ?? [], after.get('emailservice') ?? []]
    expect(fresh).toHaveLength(2)
    expect(fresh.filter((id) => old.includes(id))).toEqual([])
    expect([...after].filter(([service]) => service !== 'emailservice').sort()).toEqual(
      [...before].filter(([service]) => service !== 'emailservice').sort(),
    )
    await placeOrder(shop, { currency: 'USD' })
    await mailWith(thanks)
  }, 150_000)

  it('is removed with its orders, and leaves the other apps alone', async () => {
    const orders = { StackName: appStack(context.stage, 'boutique'), LogicalResourceId: 'Orders' }
    const { StackResourceDetail } = await context
      .cloudFormation()
      .send(new DescribeStackResourceCommand(orders))
    const tables = async (): Promise<string[] | undefined> =>
      (await context.documents().send(new ListTablesCommand({}))).TableNames
    expect(await tables()).toContain(StackResourceDetail?.PhysicalResourceId)
    await removeApp(context, 'boutique')
    expect(await tables()).not.toContain(StackResourceDetail?.PhysicalResourceId)
    expect(await shopInstances(context)).toEqual(new Map())
    expect(await context.releases().deployedApps()).toEqual(['platform', 'web'])
  }, 130_000)
})
