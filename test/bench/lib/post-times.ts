import { readFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import type { Event } from '../../../apps/events/node-app/event.ts'
import { Topic } from '../../../apps/events/node-app/kafka.ts'
import type { Context } from '../../../cli/context.ts'
import { ADMIN } from '../../../core/kafka/rights.ts'
import { serviceInstances } from '../../../scripts/demo/local-instances.ts'
import { kafkaSettings } from '../../live/kafka-client.ts'
import { regionOf } from '../../live/stage.ts'
import { type Distribution, distribution } from './percentiles.ts'

const AT_ONCE = 32
/** Both ways take turns, so that what else the machine does meets both. */
const ROUNDS = 6
const PER_ROUND = 640

export interface Times {
  produce: Distribution
  post: Distribution
}

/**
 * How long one event takes until the brokers have it, 32 at once: produced by a client in this process, and
 * posted to the service, both with the same library and settings.
 */
export async function postTimes(context: Context, state: string): Promise<Times> {
  const [instance] = await serviceInstances(regionOf(context), 'events', 'node-app')
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const topic = await producer(context, state)
  const times: Record<keyof Times, number[]> = { produce: [], post: [] }
  let number = 0
  const ways: Record<keyof Times, () => Promise<unknown>> = {
    produce: () => topic(`k${number++ % 100}`),
    post: () => post(agent, instance?.privateIp ?? '', `k${number++ % 100}`),
  }
  // The first ones of each find connections and caches cold.
  for (const way of ['produce', 'post'] as const) await timed(ways[way])
  for (let round = 0; round < ROUNDS; round++)
    for (const way of ['produce', 'post'] as const) times[way].push(...(await timed(ways[way])))
  agent.destroy()
  await topic.close()
  return { produce: distribution(times.produce), post: distribution(times.post) }
}

async function timed(work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  let left = PER_ROUND
  const caller = async (): Promise<void> => {
    while (left-- > 0) {
      const began = performance.now()
      await work()
      times.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, caller))
  return times
}

async function producer(context: Context, state: string) {
  const settings = await kafkaSettings(context, 'events', ADMIN, state)
  const file = (name: string) => readFile(settings[name] ?? '', 'utf8')
  const tls = {
    cert: await file('ssl.certificate.location'),
    key: await file('ssl.key.location'),
    ca: await file('ssl.ca.location'),
  }
  const topic = new Topic({ brokers: settings['bootstrap.servers'] ?? '', topic: 'events', tls })
  const send = async (key: string) => {
    const event = {
      id: key,
      key,
      at: new Date().toISOString(),
      version: 'bench',
      instance: 'bench',
      body: BODY,
    }
    return await topic.send(await topic.partitionOf(key), [event as Event])
  }
  return Object.assign(send, { close: () => topic.close() })
}

const BODY = { parcel: 7, weight: 3.5, to: 'somewhere' }

function post(agent: Agent, host: string, key: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { 'content-type': 'application/json' }
  const asked = request({ agent, host, port: 8080, path: `/events?key=${key}`, method: 'POST', headers })
  asked.once('response', (answer) => {
    answer.resume()
    answer.once('end', () =>
      answer.statusCode === 202 ? resolve() : reject(new Error(`node-app answers ${answer.statusCode}`)),
    )
  })
  asked.once('error', reject)
  asked.end(JSON.stringify(BODY))
  return promise
}
