import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { added, type CartCopy, join, lacking, latestOf, linesOf, stampOf } from './cart-copy.ts'
import { BRING, copyOf, fieldsOf } from './cart-fields.ts'
import { type CartStore, type Line, StorageTrouble } from './cart-store.ts'
import type { RedisClient, RedisReplica } from './redis-replica.ts'
import { RedisReplicas, type Resolve, resolveName } from './redis-replicas.ts'

/** Carts that are copied at once to a Redis that lacks them, and the pause then: 2,000 a second at most. */
const COPIED = 100
const COPY_PAUSE_MS = 50
/** How often one request is tried: what it writes can be written twice. */
const TRIES = 3

/** A cart as one of those that answered has it. */
interface Held {
  replica: RedisReplica
  copy: CartCopy
}

/**
 * Carts in every Redis behind a name: written to all that answer, read as the union of all. So one may hang,
 * end or be empty, and no cart is lost, as long as another has it.
 */
export class RedisStore implements CartStore {
  readonly #replicas: RedisReplicas
  readonly #idleMs: number
  readonly #log: (line: string) => void
  #last = 0

  /** @param idleMs how long Redis keeps a cart that nobody looks at */
  constructor(
    { host, port }: { host: string; port: number },
    idleMs: number,
    log: (line: string) => void = console.log,
    resolve: Resolve = resolveName,
  ) {
    this.#idleMs = idleMs
    this.#log = log
    const fill = (target: RedisReplica, others: readonly RedisReplica[]) => this.#fill(target, others)
    this.#replicas = new RedisReplicas({ host, port, fill, resolve, log })
  }

  async read(user: string): Promise<Line[]> {
    return await this.#stubborn(async (replicas) => {
      const held = await this.#held(user, replicas)
      const cart = join(held.map(({ copy }) => copy))
      await Promise.allSettled(held.map((one) => this.#bring(user, one, cart)))
      return linesOf(cart)
    })
  }

  async add(user: string, line: Line, key?: string): Promise<void> {
    // A second try finds what the first one wrote.
    const id = key ?? randomUUID()
    await this.#stubborn(async (replicas) => {
      const held = await this.#held(user, replicas)
      const cart = join(held.map(({ copy }) => copy))
      await this.#write(user, held, added(cart, id, line, this.#stamp(cart)))
    })
  }

  async empty(user: string): Promise<void> {
    await this.#stubborn(async (replicas) => {
      const held = await this.#held(user, replicas)
      const emptied = this.#stamp(join(held.map(({ copy }) => copy)))
      await this.#write(user, held, { emptied, additions: new Map() })
    })
  }

  async close(): Promise<void> {
    this.#replicas.close()
  }

  /** Later than everything in the cart, and than everything this program wrote before: clocks differ. */
  #stamp(cart: CartCopy): string {
    this.#last = Math.max(Date.now(), this.#last + 1, latestOf(cart) + 1)
    return stampOf(this.#last)
  }

  /** Tries again while the ones that answered fall silent, but not after an answer of ours. */
  async #stubborn<T>(work: (replicas: RedisReplica[]) => Promise<T>): Promise<T> {
    for (let left = TRIES; left > 0; left--) {
      const replicas = await this.#replicas.up()
      if (replicas.length === 0) break
      try {
        return await work(replicas)
      } catch (error) {
        if (!(error instanceof AggregateError)) throw error
        this.#log(`carts: ${error.errors.map(String).join('; ')}`)
      }
    }
    throw new StorageTrouble('The carts are unavailable right now; try again in a few seconds.')
  }

  /** @throws AggregateError when none of them answers */
  async #held(user: string, replicas: readonly RedisReplica[]): Promise<Held[]> {
    return await those(replicas, async (replica) => {
      const [fields] = await replica.run((redis) =>
        Promise.all([redis.hGetAll(user), redis.pExpire(user, this.#idleMs)]),
      )
      return { replica, copy: copyOf(fields as Record<string, Buffer>) }
    })
  }

  /** @throws AggregateError unless one of them has it */
  async #write(user: string, held: readonly Held[], cart: CartCopy): Promise<void> {
    await those(held, (one) => this.#bring(user, one, cart))
    this.#replicas.missed(held.map(({ replica }) => replica))
  }

  async #bring(user: string, { replica, copy }: Held, cart: CartCopy, ms = this.#idleMs): Promise<void> {
    const lacks = lacking(copy, cart)
    if (lacks === undefined) return
    const call = { keys: [user], arguments: [String(ms), ...fieldsOf(lacks)] }
    await replica.run((redis) => redis.eval(BRING, call))
  }

  /** Copies every cart that another Redis has. */
  async #fill(target: RedisReplica, others: readonly RedisReplica[]): Promise<void> {
    for (const source of others) {
      let copied = 0
      for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
        const found = await source.run((redis) => redis.scan(cursor, { COUNT: COPIED, TYPE: 'hash' }))
        await Promise.all(found.keys.map((user) => this.#copy(String(user), source, target)))
        copied += found.keys.length
        cursor = String(found.cursor)
        await pause(COPY_PAUSE_MS)
      }
      if (copied > 0) this.#log(`${target.place} has the ${copied} carts of ${source.place}`)
    }
  }

  async #copy(user: string, source: RedisReplica, target: RedisReplica): Promise<void> {
    const look = (redis: RedisClient) => Promise.all([redis.hGetAll(user), redis.pTTL(user)])
    const [[fields, ms], [held]] = await Promise.all([source.run(look), target.run(look)])
    if (ms <= 0) return
    const copy = copyOf(held as Record<string, Buffer>)
    const cart = join([copyOf(fields as Record<string, Buffer>), copy])
    await this.#bring(user, { replica: target, copy }, cart, ms)
  }
}

/** What came of those that worked. @throws AggregateError when none did */
async function those<A, B>(all: readonly A[], work: (one: A) => Promise<B>): Promise<B[]> {
  const results = await Promise.allSettled(all.map(work))
  const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  if (made.length === 0) throw new AggregateError(failed, 'no Redis answers')
  return made
}
