import { setTimeout as pause } from 'node:timers/promises'
import { create, toBinary } from '@bufbuild/protobuf'
import { afterEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { createClient, RESP_TYPES } from 'redis'
import { join, lacking, NOTHING } from '../../../apps/boutique/cartservice/cart-copy.ts'
import { BRING, copyOf, fieldsOf } from '../../../apps/boutique/cartservice/cart-fields.ts'
import { RedisStore } from '../../../apps/boutique/cartservice/redis-store.ts'
import { CartSchema } from '../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { until } from '../../../scripts/demo/wait.ts'
import { anyCopy } from './cart-copies.ts'
import { type OwnRedis, ownRedis } from './cart-redis.ts'
import { cartStoreContract } from './cart-store.ts'

const PORT = 19_101
const HOUR_MS = 3_600_000
const NAME = 'redis.test'

/** Every Redis of the store, by the last part of its address. */
const addressOf = (last: number): string => `127.50.9.${last}`

for (const [where, lasts] of [
  ['in one Redis', [1]],
  ['in two Redises', [1, 2]],
] as const)
  cartStoreContract(where, async () => {
    const idleMs = 2000
    const redises = await Promise.all(lasts.map((last) => ownRedis(addressOf(last), PORT)))
    const open = () =>
      new RedisStore(
        { host: NAME, port: PORT },
        idleMs,
        () => {},
        async () => lasts.map(addressOf),
      )
    const [one, other] = [open(), open()]
    return {
      one,
      other,
      idleMs,
      stop: async () => {
        await Promise.all([one.close(), other.close()])
        await Promise.all(redises.map((redis) => redis.kill()))
      },
    }
  })

const MUG = { productId: 'mug', quantity: 1 }
const TANK = { productId: 'tank', quantity: 2 }

describe('Carts of a Redis in trouble', () => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
    named.length = 0
  })
  /** What the name leads to. */
  const named: number[] = []
  const redisAt = async (last: number): Promise<OwnRedis> => {
    const redis = await ownRedis(addressOf(last), PORT + 1)
    ends.push(() => redis.kill())
    return redis
  }
  const open = (): RedisStore => {
    const place = { host: NAME, port: PORT + 1 }
    const store = new RedisStore(
      place,
      HOUR_MS,
      () => {},
      async () => named.map(addressOf),
    )
    ends.push(() => store.close())
    return store
  }
  const clientOf = async (last: number) => {
    const client = createClient({
      RESP: 2,
      socket: { host: addressOf(last), port: PORT + 1 },
      commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    })
    await client.connect()
    ends.push(() => client.destroy())
    return client
  }
  const users = Array.from({ length: 250 }, (_, index) => `user-${index}`)
  const fill = (store: RedisStore) => Promise.all(users.map((user) => store.add(user, MUG, 'first')))
  /** Resolves when this Redis alone has the carts of all users. */
  const isWhole = async (last: number): Promise<void> => {
    const client = await clientOf(last)
    await until(`${addressOf(last)} has every cart`, 10, async () =>
      (await client.dbSize()) === users.length ? true : undefined,
    )
    client.destroy()
  }
  const trouble = { code: 'FAILED_PRECONDITION', message: expect.stringContaining('try again') }

  it('are refused with a sentence while it is down, and are back when it is', async () => {
    named.push(1)
    const store = open()
    await expect(store.read('anna')).rejects.toMatchObject(trouble)
    await redisAt(1)
    await store.add('anna', MUG)
    expect(await store.read('anna')).toHaveLength(1)
  }, 20_000)

  it('are refused while it is silent, and are back when it answers', async () => {
    named.push(1)
    const redis = await redisAt(1)
    const store = open()
    await store.add('anna', MUG)
    redis.freeze()
    await expect(store.read('anna')).rejects.toMatchObject(trouble)
    redis.thaw()
    expect(await store.read('anna')).toEqual([MUG])
  }, 20_000)

  it('are found and changed without waiting while one of two hangs, which lacks nothing afterwards', async () => {
    named.push(1, 2)
    const [first, second] = [await redisAt(1), await redisAt(2)]
    const store = open()
    await fill(store)
    first.freeze()
    const begun = performance.now()
    await store.add('user-0', TANK)
    const once = performance.now() - begun
    await Promise.all(users.map((user) => store.read(user)))
    await store.empty('user-1')
    expect(await store.read('user-0')).toEqual([MUG, TANK])
    console.log(`with a Redis that hangs: ${Math.round(once)} ms once, then 250 carts and an emptying in
      ${Math.round(performance.now() - begun - once)} ms`)
    expect(once).toBeLessThan(1000)
    first.thaw()
    const client = await clientOf(1)
    await until('the first has what it missed', 10, async () =>
      Object.keys(await client.hGetAll('user-0')).length === 2 ? true : undefined,
    )
    await until('the first has the emptying', 10, async () =>
      (await client.hExists('user-1', 'emptied')) ? true : undefined,
    )
    await second.kill()
    expect(await Promise.all(['user-0', 'user-1', 'user-2'].map((user) => store.read(user)))).toEqual([
      [MUG, TANK],
      [],
      [MUG],
    ])
  }, 40_000)

  it('survive the loss of one and, once the new one is filled, of the other', async () => {
    named.push(1, 2)
    const [first, second] = [await redisAt(1), await redisAt(2)]
    const [store, other] = [open(), open()]
    await fill(store)
    // On a busy machine one may have been late, and left out for a moment.
    await isWhole(2)
    await first.kill()
    expect(await other.read('user-7')).toEqual([MUG])
    await redisAt(3)
    named.splice(0, 2, 2, 3)
    await isWhole(3)
    await second.kill()
    const carts = await Promise.all(users.map((user) => store.read(user)))
    expect(carts.filter((lines) => lines.length === 1)).toHaveLength(users.length)
    await store.add('user-7', MUG, 'first')
    expect(await other.read('user-7')).toEqual([MUG])
  }, 40_000)

  it('stay whole where one Redis has what the other lacks, from the first request of a new program on', async () => {
    named.push(1)
    await redisAt(1)
    const before = open()
    await before.add('anna', MUG)
    await redisAt(2)
    named.push(2)
    expect(await open().read('anna')).toEqual([MUG])
  }, 20_000)

  it('of an earlier release are read, changed, known again and emptied', async () => {
    named.push(1, 2)
    await Promise.all([redisAt(1), redisAt(2)])
    const client = await clientOf(1)
    const items = [TANK, MUG]
    const cart = Buffer.from(toBinary(CartSchema, create(CartSchema, { userId: 'anna', items })))
    for (const user of ['anna', 'bert']) {
      await client.hSet(user, { cart, additions: 'before earlier' })
      await client.pExpire(user, HOUR_MS)
    }
    const store = open()
    expect(await store.read('anna')).toEqual(items)
    await store.add('anna', MUG, 'earlier')
    await store.add('anna', MUG, 'later')
    expect(await store.read('anna')).toEqual([TANK, { ...MUG, quantity: 2 }])
    await store.empty('bert')
    expect(await store.read('bert')).toEqual([])
    await pause(100)
    expect(await open().read('anna')).toEqual([TANK, { ...MUG, quantity: 2 }])
  }, 20_000)
})

describe('The script that brings a copy up to date', () => {
  it('leaves in Redis what the union of both copies is', async () => {
    const redis = await ownRedis(addressOf(9), PORT + 2)
    const client = createClient({
      RESP: 2,
      socket: { host: redis.host, port: redis.port },
      commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    })
    await client.connect()
    const bring = (key: string, copy: typeof NOTHING) =>
      client.eval(BRING, { keys: [key], arguments: ['60000', ...fieldsOf(copy)] })
    let runs = 0
    try {
      await fc.assert(
        fc.asyncProperty(anyCopy, anyCopy, async (one, other) => {
          const key = `cart-${++runs}`
          await bring(key, one)
          await bring(key, other)
          const whole = copyOf((await client.hGetAll(key)) as unknown as Record<string, Buffer>)
          expect(whole).toEqual(join([NOTHING, one, other]))
          expect(lacking(whole, join([whole, one, other]))).toBeUndefined()
        }),
      )
    } finally {
      client.destroy()
      await redis.kill()
    }
  }, 20_000)
})
