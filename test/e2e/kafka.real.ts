import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { manifestOf, pushEvents } from '../live/kafka-app.ts'
import { kafkaClient } from '../live/kafka-client.ts'
import { liveStage } from '../live/stage.ts'
import { run, runToEnd } from '../live/workflows.ts'

const app = 'events'
const MINUTES = 60_000

describe('an app with a Kafka cluster', () => {
  let context: Context
  let client: Awaited<ReturnType<typeof kafkaClient>>
  beforeAll(async () => {
    context = await liveStage()
    await pushEvents(context)
    await runToEnd(context, 'deploy', { app }, 900)
    client = await kafkaClient(context, app, 'page')
  }, 20 * MINUTES)
  afterAll(async () => {
    await runToEnd(context, 'teardown', { app, confirm: app, data: 'delete', deleteData: ['all'] })
  }, 4 * MINUTES)

  it(
    'has its topics, and its service reads and writes what the manifest says',
    async () => {
      const values = ['one', 'three', 'two']
      // Two partitions confirm in any order.
      const { kept, errors } = await client({ do: 'produce', topic: 'orders', values })
      expect({ kept: kept?.toSorted(), errors }).toEqual({ kept: values, errors: [] })
      const read = await client({ do: 'consume', topic: 'orders', group: 'page', count: 3, commit: true })
      expect(read.values?.toSorted()).toEqual(values)
    },
    3 * MINUTES,
  )

  it(
    'closes everything else to the service, and all to others with a certificate',
    async () => {
      const other = await client({ do: 'produce', topic: 'secrets', values: ['x'] })
      expect(other).toEqual({ kept: [], errors: ['TOPIC_AUTHORIZATION_FAILED'] })
      const stranger = await kafkaClient(context, app, 'stranger')
      const refused = await stranger({ do: 'produce', topic: 'orders', values: ['x'] })
      expect(refused).toEqual({ kept: [], errors: ['TOPIC_AUTHORIZATION_FAILED'] })
      const group = await stranger({ do: 'consume', topic: 'orders', group: 'page', count: 1 })
      expect(group.error).toMatch(/AUTHORIZATION_FAILED/)
    },
    4 * MINUTES,
  )

  it(
    'refuses to take partitions away, in one sentence',
    async () => {
      await pushEvents(context, manifestOf(1))
      const refused = await run(context, 'deploy', { app }, 900)
      expect(refused.cause).toContain(
        'images/events/app.yml: kafka.topics.orders.partitions: the topic has 2, and Kafka takes no partition away;' +
          ' ask for at least 2, or use a topic of another name',
      )
    },
    6 * MINUTES,
  )
})
