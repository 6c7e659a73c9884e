import type { Context } from '../../../cli/context.ts'
import { duration } from '../../../cli/output.ts'
import { appStatus } from '../../../cli/stage/stage-status.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { killOneOf } from '../local-instances.ts'
import { addressesOf, regionOf, urlOf } from '../places.ts'
import { askInTurn, Traffic } from '../requests.ts'
import { withFour } from '../scale.ts'
import type { Story } from '../story.ts'
import { until } from '../wait.ts'
import type { DemoApp } from './demo-app.ts'

/** A page that says which instance answered. */
export const web: DemoApp = {
  name: 'web',
  building: 'one small image, a second or two',
  show: { title: 'Requests through the gateway', play: requests },
  exercise: [
    { title: 'Kill one instance', play: killOne },
    { title: 'Scale to 4 and back', play: scaleUpAndDown },
  ],
  next: [
    ['nanofleet logs web --follow', 'what the instances write'],
    ['nanofleet scale web web 4', 'four instances instead of two'],
    ['nanofleet open web', 'the page in your browser'],
  ],
}

/** Shows that requests go to all instances in turn, and that Consul's DNS returns the same ones. */
async function requests(context: Context, story: Story): Promise<void> {
  const url = await urlOf(context, 'web')
  const answers = await askInTurn(url, 4)
  for (const { instance, zone, image } of answers) story.say(`    ${url}  ${instance}  ${zone}  ${image}`)
  story.say(`    web.service.consul is ${(await addressesOf(context, 'web')).join(', ')}`)
  if (new Set(answers.map(({ instance }) => instance)).size < 2)
    throw new ServiceFailure('one instance answered every request; the load balancer should ask them in turn')
}

/** Kills one instance's process without warning and waits until the service is complete again. */
async function killOne(context: Context, story: Story): Promise<void> {
  const traffic = new Traffic(await urlOf(context, 'web'))
  const killed = Date.now()
  const { victim, count } = await killOneOf(regionOf(context), 'web', 'web')
  story.say(`    killed the process of ${victim.instanceId}`)
  await until('a new instance of web in DNS', 60, async () => {
    const [row] = await appStatus(context, 'web')
    const named = await addressesOf(context, 'web')
    const whole = row?.healthy === count && !named.includes(victim.privateIp)
    return whole && named.length === count ? true : undefined
  })
  const { answered, failures } = await traffic.stop()
  story.say(
    `    complete again after ${duration(Date.now() - killed)}; ${answered} requests answered in the meantime, ${failures.length} failed`,
  )
}

/** Scales to four instances, asks all of them, and scales back. */
async function scaleUpAndDown(context: Context, story: Story): Promise<void> {
  const url = await urlOf(context, 'web')
  await withFour(context, 'web', 'web', async () => {
    const seen = new Set((await askInTurn(url, 12)).map(({ instance }) => instance))
    story.say(`    ${seen.size} instances answer`)
    if (seen.size !== 4) throw new ServiceFailure(`${seen.size} instances answer after scaling to 4`)
  })
}
