import { CompressionAlgorithms, murmur2, Producer } from '@platformatic/kafka'
import type { Shown } from '../../lib/identity/identity.ts'
import type { Event } from './event.ts'
import type { Destination } from './writer.ts'

export interface KafkaOptions {
  brokers: string
  topic: string
  /** Absent for brokers that take plain text, as on a developer's machine. */
  tls?: Shown | undefined
}

/** A broker that died is replaced in about ten seconds; after these attempts the caller is told. */
const ATTEMPTS = 60
const PAUSE_MS = 250
const CALL_MS = 10_000

/**
 * The topic as a producer sees it: every record is confirmed by all brokers that are in step (acks=all), and
 * numbered, so that one that is sent again is not written twice. Readers are of any language, so nothing is
 * compressed.
 */
export class Topic implements Destination {
  readonly name: string
  readonly #producer: Producer
  readonly #known = { partitions: 0 }

  constructor({ brokers, topic, tls }: KafkaOptions) {
    this.name = topic
    this.#producer = new Producer({
      clientId: 'node-app',
      bootstrapBrokers: brokers.split(','),
      ...(tls && { tls }),
      idempotent: true,
      compression: CompressionAlgorithms.NONE,
      retries: ATTEMPTS,
      retryDelay: PAUSE_MS,
      timeout: CALL_MS,
      connectTimeout: CALL_MS,
      requestTimeout: CALL_MS,
    })
  }

  /** The partition of a key, as Kafka's own clients and franz-go choose it. */
  async partitionOf(key: string): Promise<number> {
    if (this.#known.partitions === 0) await this.look()
    return (murmur2(Buffer.from(key)) & 0x7fffffff) % this.#known.partitions
  }

  /** Asks how many partitions there are: more may be added while the program runs. */
  async look(): Promise<void> {
    const { topics } = await this.#producer.metadata({ topics: [this.name] })
    const { partitionsCount = 0 } = topics.get(this.name) ?? {}
    if (partitionsCount === 0) throw new Error(`the topic ${this.name} is not there`)
    this.#known.partitions = partitionsCount
  }

  /** @returns the offset of the first one */
  readonly send = async (partition: number, events: Event[]): Promise<number> => {
    const { offsets = [] } = await this.#producer.send({
      messages: events.map((event) => ({
        topic: this.name,
        partition,
        key: Buffer.from(event.key),
        value: Buffer.from(JSON.stringify(event)),
        headers: new Map([[Buffer.from('event-id'), Buffer.from(event.id)]]),
      })),
      idempotent: true,
    })
    const [first] = offsets
    if (first === undefined) throw new Error('the broker confirms without an offset')
    return Number(first.offset)
  }

  async close(): Promise<void> {
    await this.#producer.close()
  }
}
