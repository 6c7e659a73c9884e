import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Event } from '../../../apps/events/node-app/event.ts'
import { Feed } from '../../../apps/events/node-app/feed.ts'
import { site } from '../../../apps/events/node-app/site.ts'
import { type Destination, Writer } from '../../../apps/events/node-app/writer.ts'

/** A topic of three partitions in memory, which can be held up or made to fail. */
export class ScriptedTopic implements Destination {
  readonly name = 'events'
  readonly partitions: Event[][] = [[], [], []]
  failure: Error | undefined
  #held: Promise<void> = Promise.resolve()
  release: () => void = () => {}

  /** Confirms nothing until `release`. */
  hold(): void {
    this.#held = new Promise((resolve) => {
      this.release = resolve
    })
  }

  get events(): Event[] {
    return this.partitions.flat()
  }

  async partitionOf(key: string): Promise<number> {
    return key.length % this.partitions.length
  }

  readonly send = async (partition: number, events: Event[]): Promise<number> => {
    await this.#held
    if (this.failure) throw this.failure
    const lane = this.partitions[partition] ?? []
    return lane.push(...events) - events.length
  }

  async close(): Promise<void> {}
}

/** The service on a free port, with a topic in memory. */
export async function startSite(most = 100) {
  const topic = new ScriptedTopic()
  const feed = new Feed()
  const writer = new Writer(topic, most, ({ event, place }) => feed.tell('written', { ...event, ...place }))
  const author = { version: '3', instance: 'i-0writer' }
  const server = createServer(site({ writer, feed, author, topic: topic.name })).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    topic,
    feed,
    writer,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      feed.end()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
