import { Browser } from '../../../apps/boutique/loadgenerator/browser.ts'
import type { Context } from '../../../cli/context.ts'
import { duration } from '../../../cli/output.ts'
import { appStatus } from '../../../cli/stage/stage-status.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { expectPage, fact, placeOrder } from '../boutique/order.ts'
import { Shoppers } from '../boutique/shoppers.ts'
import { throughGateway } from '../gateway.ts'
import { killOneOf } from '../local-instances.ts'
import { addressesOf, consulUrl, regionOf, urlOf } from '../places.ts'
import { withFour } from '../scale.ts'
import type { Story } from '../story.ts'
import { until } from '../wait.ts'
import type { DemoApp } from './demo-app.ts'

/** The service that loses an instance: every page with a price needs it. */
const VICTIM = 'currencyservice'

/** The pages requested one after the other to see which instances serve them. */
const PAGES = 12

/** An online shop: eleven services that use gRPC. */
export const boutique: DemoApp = {
  name: 'boutique',
  building: 'eleven images, side by side',
  show: { title: 'An order through the gateway', play: order },
  exercise: [
    { title: `Kill one instance of ${VICTIM} while people shop`, play: killOne },
    { title: 'Scale the frontend to 4 and back', play: scaleFrontend },
  ],
  next: [
    ['nanofleet open boutique', 'the shop in your browser'],
    ['nanofleet token', 'a token to sign in to Consul'],
    ['nanofleet logs boutique emailservice --follow', 'the mails that confirm orders'],
    ['nanofleet scale boutique frontend 4', 'four instances instead of two'],
    ['nanofleet deploy boutique', 'after a change in apps/boutique: builds and replaces what changed'],
  ],
}

/** Orders two things in euros as a shopper would. */
async function order(context: Context, story: Story): Promise<void> {
  const shop = await urlOf(context, 'boutique')
  await until('an answer from the shop', 30, async () => {
    const answer = await throughGateway(shop).catch(() => undefined)
    return answer?.status === 200 ? true : undefined
  })
  const { order, tracking, total, instance } = await placeOrder(shop, { currency: 'EUR' })
  story.say(`    order ${order}, ${total}, served by ${instance}`)
  story.say(`    tracking ${tracking}`)
  story.say(`    the shop: ${shop}`)
  story.say(`    Consul:   ${consulUrl(context)}`)
}

/**
 * Kills one instance's process without warning and waits until the service is complete again; nobody notices.
 */
async function killOne(context: Context, story: Story): Promise<void> {
  const shoppers = new Shoppers(await urlOf(context, 'boutique'), 10, 0.1)
  const killed = Date.now()
  const { victim, count } = await killOneOf(regionOf(context), 'boutique', VICTIM)
  story.say(`    killed the process of ${victim.instanceId}`)
  const healed = until(`a new instance of ${VICTIM} in DNS`, 60, async () => {
    const row = (await appStatus(context, 'boutique')).find(({ service }) => service === VICTIM)
    const named = await addressesOf(context, VICTIM)
    const whole = row?.healthy === count && !named.includes(victim.privateIp)
    return whole && named.length === count ? duration(Date.now() - killed) : undefined
  })
  const took = await healed.finally(() => shoppers.stop())
  const { requests, failed, reasons } = await shoppers.stop()
  story.say(`    complete again after ${took}; ${requests} requests in the meantime, ${failed} failed`)
  if (failed > 0) throw new ServiceFailure(`the shop failed its shoppers: ${reasons.join(', ')}`)
}

/** Scales to four instances, gets pages from all of them, and scales back. */
async function scaleFrontend(context: Context, story: Story): Promise<void> {
  const shop = new URL(await urlOf(context, 'boutique'))
  await withFour(context, 'boutique', 'frontend', async () => {
    const seen = new Set<string>()
    for (let page = 0; page < PAGES; page += 1) {
      const browser = new Browser(shop)
      seen.add(fact(expectPage(await browser.get('/cart'), 'cart'), 'instance'))
      browser.close()
    }
    story.say(`    ${seen.size} instances serve pages`)
    if (seen.size !== 4) throw new ServiceFailure(`${seen.size} instances serve pages after scaling to 4`)
  })
}
