import type { Context } from '../../../cli/context.ts'
import { duration } from '../../../cli/output.ts'
import { Sender } from '../events/sender.ts'
import { killBroker } from '../local-brokers.ts'
import { killOneOf, serviceInstances } from '../local-instances.ts'
import { regionOf, urlOf } from '../places.ts'
import type { Story } from '../story.ts'
import { until } from '../wait.ts'
import type { DemoApp } from './demo-app.ts'

/** How many events are sent while something is killed. */
const EVENTS = 40

/** A service in Node writes to Kafka, two instances in Go read, each with a certificate of its own. */
export const events: DemoApp = {
  name: 'events',
  building: 'a service in TypeScript and one in Go, and a Kafka cluster of three brokers',
  show: { title: 'An event goes in, and comes out in a log', play: oneEvent },
  exercise: [
    { title: `${EVENTS} events, and a broker is killed`, play: loseBroker },
    { title: `${EVENTS} events, and every reader is killed`, play: loseReaders },
  ],
  next: [
    ['nanofleet open events', 'the page that shows events as they are written and read'],
    ['nanofleet kafka events', 'topics, and how far their readers are'],
    ['nanofleet logs events go-app --follow', 'what the readers write'],
  ],
}

async function oneEvent(context: Context, story: Story): Promise<void> {
  const sender = await Sender.open(context)
  const began = Date.now()
  const id = await sender.send({ hello: 'Kafka' })
  const [line] = await sender.read([id], 60)
  story.say(`    ${await urlOf(context, 'events')}  took event ${id}`)
  story.say(`    ${line?.instance} read it, ${duration(Date.now() - began)} after it was sent: ${line?.text}`)
}

async function loseBroker(context: Context, story: Story): Promise<void> {
  await sendWhile(context, story, async () => {
    story.say(`    killed the process of broker ${await killBroker(regionOf(context))}`)
  })
}

async function loseReaders(context: Context, story: Story): Promise<void> {
  const before = await serviceInstances(regionOf(context), 'events', 'go-app')
  await sendWhile(context, story, async () => {
    for (const _ of before) {
      const { victim } = await killOneOf(regionOf(context), 'events', 'go-app')
      story.say(`    killed the process of reader ${victim.instanceId}`)
      await until('it gone', 30, async () => {
        const running = await serviceInstances(regionOf(context), 'events', 'go-app')
        return running.some(({ instanceId }) => instanceId === victim.instanceId) ? undefined : true
      })
    }
  })
  await until('as many readers as before', 90, async () => {
    const running = await serviceInstances(regionOf(context), 'events', 'go-app')
    return running.length === before.length ? true : undefined
  })
}

/** Sends events, does something after the first few, and waits until all of them are read. */
async function sendWhile(context: Context, story: Story, act: () => Promise<void>): Promise<void> {
  const sender = await Sender.open(context)
  const began = Date.now()
  const first = await sendAll(sender, 10)
  const [rest] = await Promise.all([sendAll(sender, EVENTS - 10), act()])
  const lines = await sender.read([...first, ...rest], 120)
  const readers = new Set(lines.map(({ instance }) => instance)).size
  story.say(
    `    all ${EVENTS} were taken and read by ${readers} instances, after ${duration(Date.now() - began)}; ${sender.repeated} requests were repeated`,
  )
}

const sendAll = (sender: Sender, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, (_, number) => sender.send({ number })))
