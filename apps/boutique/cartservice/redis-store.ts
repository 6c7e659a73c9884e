import { setTimeout as pause } from 'node:timers/promises'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { CartSchema } from '../lib/gen/hipstershop_pb.ts'
import { type CartStore, type Line, StorageTrouble } from './cart-store.ts'
import { merge } from './merge.ts'
import { RedisConnection } from './redis-connection.ts'

/** The cart, a `Cart` of the contract, is a field of the hash under the user's id. */
const FIELD = 'cart'

/**
 * Puts the new cart in the place of the old one, unless it is no longer that one. A script runs undisturbed, and needs no
 * connection of its own as WATCH does.
 */
const REPLACE = `
if (redis.call('HGET', KEYS[1], '${FIELD}') or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], '${FIELD}', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`

/** Of those that change a cart at once one succeeds each time; a shop has a handful of them, a test hundreds. */
const PATIENCE_MS = 5000
const LONGEST_PAUSE_MS = 50

const NOTHING = Buffer.alloc(0)

/** Carts in Redis, shared by all instances. */
export class RedisStore implements CartStore {
  readonly #connection: RedisConnection
  readonly #idleMs: number

  /** @param idleMs after which Redis removes a cart that nobody looks at */
  constructor(host: string, port: number, idleMs: number, log: (line: string) => void = console.log) {
    this.#connection = new RedisConnection(host, port, log)
    this.#idleMs = idleMs
  }

  async read(user: string): Promise<Line[]> {
    const [bytes] = await this.#connection.run((redis) =>
      Promise.all([redis.hGet(user, FIELD), redis.pExpire(user, this.#idleMs)]),
    )
    return decode(bytes ?? NOTHING)
  }

  async add(user: string, line: Line): Promise<void> {
    const end = Date.now() + PATIENCE_MS
    for (let longest = 1; Date.now() < end; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
      const old = (await this.#connection.run((redis) => redis.hGet(user, FIELD))) ?? NOTHING
      const changed = encode(user, merge(decode(old), line))
      if (await this.#replace(user, old, changed)) return
      await pause(Math.random() * longest)
    }
    throw new StorageTrouble('Too many change this cart at once; try again.')
  }

  async empty(user: string): Promise<void> {
    await this.#connection.run((redis) => redis.del(user))
  }

  async close(): Promise<void> {
    this.#connection.close()
  }

  async #replace(user: string, old: Buffer, changed: Buffer): Promise<boolean> {
    const values = [old, changed, String(this.#idleMs)]
    return (
      (await this.#connection.run((redis) => redis.eval(REPLACE, { keys: [user], arguments: values }))) === 1
    )
  }
}

const decode = (bytes: Buffer): Line[] =>
  fromBinary(CartSchema, bytes).items.map(({ productId, quantity }) => ({ productId, quantity }))

const encode = (userId: string, items: Line[]): Buffer =>
  Buffer.from(toBinary(CartSchema, create(CartSchema, { userId, items })))
