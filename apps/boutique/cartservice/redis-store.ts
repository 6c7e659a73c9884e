import { setTimeout as pause } from 'node:timers/promises'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { CartSchema } from '../lib/gen/hipstershop_pb.ts'
import { remember } from './additions.ts'
import { type CartStore, type Line, StorageTrouble } from './cart-store.ts'
import { merge } from './merge.ts'
import { RedisConnection } from './redis-connection.ts'

/**
 * The hash under the user's id has two fields: the cart, a `Cart` of the contract, and the keys of its
 * additions.
 */
const FIELD = 'cart'
const ADDITIONS = 'additions'

/**
 * Replaces the old cart with the new one, unless the old one has changed. A script runs atomically, and
 * unlike WATCH needs no connection of its own.
 */
const REPLACE = `
local now = redis.call('HMGET', KEYS[1], '${FIELD}', '${ADDITIONS}')
if (now[1] or '') ~= ARGV[1] or (now[2] or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], '${FIELD}', ARGV[3], '${ADDITIONS}', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1`

/**
 * Of several concurrent changes to a cart, one succeeds each time; a shop has a handful at once, a test
 * hundreds.
 */
const PATIENCE_MS = 5000
const LONGEST_PAUSE_MS = 50

const NOTHING = Buffer.alloc(0)

/** The fields in a user's hash. */
interface Kept {
  cart: Buffer
  /** Keys, separated by spaces. */
  additions: Buffer
}

/** Carts in Redis, shared by all instances. */
export class RedisStore implements CartStore {
  readonly #connection: RedisConnection
  readonly #idleMs: number

  /** @param idleMs how long Redis keeps a cart that nobody looks at */
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

  async add(user: string, line: Line, key?: string): Promise<void> {
    const end = Date.now() + PATIENCE_MS
    for (let longest = 1; Date.now() < end; longest = Math.min(longest * 2, LONGEST_PAUSE_MS)) {
      const [cart, additions] = await this.#connection.run((redis) => redis.hmGet(user, [FIELD, ADDITIONS]))
      const old = { cart: cart ?? NOTHING, additions: additions ?? NOTHING }
      const known = old.additions.toString().split(' ').filter(Boolean)
      if (key !== undefined && known.includes(key)) return
      const changed = {
        cart: encode(user, merge(decode(old.cart), line)),
        additions: key === undefined ? old.additions : Buffer.from(remember(known, key).join(' ')),
      }
      if (await this.#replace(user, old, changed)) return
      await pause(Math.random() * longest)
    }
    throw new StorageTrouble('Too many requests are changing this cart at once; try again.')
  }

  async empty(user: string): Promise<void> {
    await this.#connection.run((redis) => redis.del(user))
  }

  async close(): Promise<void> {
    this.#connection.close()
  }

  async #replace(user: string, old: Kept, changed: Kept): Promise<boolean> {
    const values = [old.cart, old.additions, changed.cart, changed.additions, String(this.#idleMs)]
    return (
      (await this.#connection.run((redis) => redis.eval(REPLACE, { keys: [user], arguments: values }))) === 1
    )
  }
}

const decode = (bytes: Buffer): Line[] =>
  fromBinary(CartSchema, bytes).items.map(({ productId, quantity }) => ({ productId, quantity }))

const encode = (userId: string, items: Line[]): Buffer =>
  Buffer.from(toBinary(CartSchema, create(CartSchema, { userId, items })))
