import { Refusal } from '../../lib/refusal.ts'

/** Writes items to a partition, in their order. @returns the place of the first one */
export type Send<Item> = (partition: number, items: Item[]) => Promise<number>

interface Waiting<Item> {
  item: Item
  bytes: number
  done(offset: number): void
  failed(error: unknown): void
}

/** The most that one call writes: brokers take a batch of 1 MB (`message.max.bytes`). */
const BATCH_BYTES = 500_000
const BATCH = 500

/**
 * One queue for each partition, and one call under way for each. What arrives meanwhile goes with the next
 * call. An idempotent producer numbers its records: with a second call under way, one that is repeated could
 * come after it, and a key's events would change places.
 */
export class Lanes<Item> {
  readonly #send: Send<Item>
  readonly #most: number
  readonly #lanes = new Map<number, Waiting<Item>[]>()
  readonly #busy = new Set<Promise<void>>()
  #waiting = 0

  /** @param most how many items wait for their confirmation at most */
  constructor(send: Send<Item>, most: number) {
    this.#send = send
    this.#most = most
  }

  /** How many have no confirmation yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** @throws {Refusal} 503 when too many wait */
  makeRoom(): void {
    if (this.#waiting < this.#most) return
    throw new Refusal(503, `${this.#waiting} events wait for the brokers; try again in a second.`)
  }

  /** @returns the offset, once the brokers have the item */
  add(partition: number, item: Item, bytes: number): Promise<number> {
    this.makeRoom()
    this.#waiting += 1
    const lane = this.#lanes.get(partition)
    return new Promise<number>((done, failed) => {
      if (lane) {
        lane.push({ item, bytes, done, failed })
        return
      }
      const own = [{ item, bytes, done, failed }]
      this.#lanes.set(partition, own)
      const run = this.#run(partition, own).finally(() => this.#busy.delete(run))
      this.#busy.add(run)
    }).finally(() => {
      this.#waiting -= 1
    })
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    while (this.#busy.size > 0) await Promise.allSettled(this.#busy)
  }

  async #run(partition: number, lane: Waiting<Item>[]): Promise<void> {
    while (lane.length > 0) {
      const batch = lane.splice(0, fitting(lane))
      try {
        const first = await this.#send(
          partition,
          batch.map(({ item }) => item),
        )
        for (const [index, { done }] of batch.entries()) done(first + index)
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    }
    this.#lanes.delete(partition)
  }
}

/** How many of the first ones go together; one at least. */
function fitting(lane: readonly { bytes: number }[]): number {
  let [count, bytes] = [0, 0]
  for (const each of lane) {
    bytes += each.bytes
    if (count > 0 && (bytes > BATCH_BYTES || count === BATCH)) break
    count += 1
  }
  return count
}
