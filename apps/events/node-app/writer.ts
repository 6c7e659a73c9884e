import { Refusal } from '../../lib/refusal.ts'
import type { Event, Place } from './event.ts'
import { Lanes, type Send } from './lanes.ts'

/** Where events go: a topic of Kafka. */
export interface Destination {
  readonly name: string
  partitionOf(key: string): Promise<number>
  readonly send: Send<Event>
  close(): Promise<void>
}

export interface Written {
  event: Event
  place: Place
}

/** A caller is told after this time; the event itself stays on its way. */
const PATIENCE_MS = 30_000

/** Writes events to the topic, a bounded number at the same time. */
export class Writer {
  readonly #topic: Destination
  readonly #lanes: Lanes<Event>
  readonly #told: (written: Written) => void

  /** @param told called with each event that the brokers have confirmed */
  constructor(topic: Destination, most: number, told: (written: Written) => void) {
    this.#topic = topic
    this.#lanes = new Lanes(topic.send, most)
    this.#told = told
  }

  /** How many events the brokers have not confirmed yet. */
  get waiting(): number {
    return this.#lanes.waiting
  }

  /** @throws {Refusal} 503 when too many wait already */
  makeRoom(): void {
    this.#lanes.makeRoom()
  }

  /**
   * @returns once the brokers have it
   * @throws {Refusal} 503 if they do not take it
   */
  async write(event: Event): Promise<Written> {
    try {
      const partition = await this.#topic.partitionOf(event.key)
      const offset = await this.#lanes.add(partition, event, bytesOf(event))
      const written = { event, place: { topic: this.#topic.name, partition, offset } }
      this.#told(written)
      return written
    } catch (error) {
      if (error instanceof Refusal) throw error
      throw new Refusal(503, `The brokers did not confirm the event: ${reasonOf(error)}`, { cause: error })
    }
  }

  /** Waits for what is under way, then leaves. */
  async close(): Promise<void> {
    await this.#lanes.idle()
    await this.#topic.close()
  }
}

/** What went wrong, in one sentence: a client wraps a broker's answer in errors of its own. */
function reasonOf(error: unknown): string {
  const { errors = [], cause, message } = error as AggregateError
  const inner = errors.at(-1) ?? cause
  return inner instanceof Error ? reasonOf(inner) : message
}

const bytesOf = (event: Event): number => Buffer.byteLength(JSON.stringify(event))

/** @throws {Refusal} 503 when the brokers take long; the event is still on its way then */
export async function patiently<T>(work: Promise<T>, ms: number = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const sentence =
      'The brokers have not confirmed the event yet; send it again with the same Idempotency-Key to be sure.'
    timer = setTimeout(() => reject(new Refusal(503, sentence)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
