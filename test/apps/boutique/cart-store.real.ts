import dns from 'node:dns'
import { afterEach, describe, expect, it } from '@jest/globals'
import { RedisStore } from '../../../apps/boutique/cartservice/redis-store.ts'
import { type OwnRedis, ownRedis } from './cart-redis.ts'
import { cartStoreContract } from './cart-store.ts'

const PORT = 19_101
const HOUR_MS = 3_600_000

type Answered = (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void

cartStoreContract('in Redis', async () => {
  const idleMs = 1200
  const redis = await ownRedis('127.0.0.1', PORT)
  const [one, other] = [
    new RedisStore(redis.host, redis.port, idleMs, () => {}),
    new RedisStore(redis.host, redis.port, idleMs, () => {}),
  ]
  return {
    one,
    other,
    idleMs,
    stop: async () => {
      await Promise.all([one.close(), other.close()])
      await redis.kill()
    },
  }
})

describe('Carts of a Redis in trouble', () => {
  const ends: (() => unknown)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end()
  })
  const redisAt = async (host: string): Promise<OwnRedis> => {
    const redis = await ownRedis(host, PORT + 1)
    ends.push(() => redis.kill())
    return redis
  }
  const storeAt = (host: string): RedisStore => {
    const store = new RedisStore(host, PORT + 1, HOUR_MS, () => {})
    ends.push(() => store.close())
    return store
  }
  const trouble = { code: 'FAILED_PRECONDITION', message: expect.stringContaining('try again') }

  it('are refused with a sentence while it is down, and are back when it is', async () => {
    const store = storeAt('127.0.0.1')
    await expect(store.read('anna')).rejects.toMatchObject(trouble)
    await redisAt('127.0.0.1')
    await store.add('anna', { productId: 'mug', quantity: 1 })
    expect(await store.read('anna')).toHaveLength(1)
  }, 20_000)

  it('are refused while it is silent, and are found once its name points to another address', async () => {
    // A name resolved by this process, as Consul would resolve it.
    let address = '127.0.0.1'
    const lookup = dns.lookup
    const byName = (name: string, options: dns.LookupAllOptions, callback: Answered) =>
      name === 'redis.test' ? callback(null, [{ address, family: 4 }]) : lookup(name, options, callback)
    dns.lookup = byName as typeof lookup
    ends.push(() => {
      dns.lookup = lookup
    })
    const first = await redisAt('127.0.0.1')
    const store = storeAt('redis.test')
    await store.add('anna', { productId: 'mug', quantity: 1 })
    first.freeze()
    await expect(store.read('anna')).rejects.toMatchObject(trouble)
    await redisAt('127.50.9.1')
    address = '127.50.9.1'
    await store.add('anna', { productId: 'tank', quantity: 1 })
    expect(await store.read('anna')).toEqual([{ productId: 'tank', quantity: 1 }])
  }, 30_000)
})
