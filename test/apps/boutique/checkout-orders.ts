import { create } from '@bufbuild/protobuf'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  ABANDONED_MS,
  type Held,
  HOLD_MS,
  HoldLost,
  type Orders,
  type Progress,
} from '../../../apps/boutique/checkoutservice/orders.ts'
import { OrderResultSchema } from '../../../apps/boutique/lib/gen/hipstershop_pb.ts'

/** Where two instances record orders. */
export interface OrdersWorld {
  one: Orders
  other: Orders
  /** Lets time pass for both. */
  wait(ms: number): void
  stop(): Promise<void>
}

const order = create(OrderResultSchema, {
  orderId: 'order 1',
  shippingCost: { currencyCode: 'USD', units: 8n, nanos: 990_000_000 },
  items: [{ item: { productId: 'mug', quantity: 2 }, cost: { currencyCode: 'USD', units: 5n, nanos: 1 } }],
})

const steps: Progress[] = [
  { step: 'charging', order },
  { step: 'charged', order, transaction: 't-1' },
  { step: 'refunding', order, transaction: 't-1' },
]

const byKey = (one: Held, other: Held): number => one.key.localeCompare(other.key)

/** What every implementation of `Orders` does. */
export function ordersContract(where: string, start: () => Promise<OrdersWorld>): void {
  describe(`Orders ${where}`, () => {
    let world: OrdersWorld
    let count = 0
    const fresh = (changes: Partial<Held> = {}): Held => {
      count += 1
      const progress = { step: 'begun' as const }
      const key = `anna/${count}`
      return {
        key,
        request: 'fingerprint',
        holder: `holder ${count}`,
        orderId: `order ${count}`,
        progress,
        ...changes,
      }
    }
    const begun = async (): Promise<Held> => {
      const held = fresh()
      expect(await world.one.take(held)).toEqual({ state: 'held', held })
      return held
    }
    beforeAll(async () => {
      world = await start()
      // When run alone, the DynamoDB suite first creates the whole stage, which takes a while on a busy
      // machine.
    }, 180_000)
    afterAll(() => world.stop())

    it('are held by the first request, and busy for all others', async () => {
      const held = await begun()
      expect(await world.other.take(fresh({ key: held.key }))).toEqual({ state: 'busy' })
    })

    it('are held by one of many simultaneous requests', async () => {
      const { key } = fresh()
      const asking = Array.from({ length: 12 }, (_, at) =>
        (at % 2 ? world.one : world.other).take(fresh({ key })),
      )
      const states = (await Promise.all(asking)).map(({ state }) => state)
      expect(states.filter((state) => state === 'held')).toHaveLength(1)
      expect(states.filter((state) => state === 'busy')).toHaveLength(11)
    })

    it('belong to the first request', async () => {
      const { key } = await begun()
      expect(await world.other.take(fresh({ key, request: 'another' }))).toEqual({ state: 'other' })
    })

    it.each(steps)('continue at $step with the next holder, under their original id', async (progress) => {
      const held = await begun()
      await world.one.keep({ ...held, progress })
      await world.one.release(held)
      const next = fresh({ key: held.key })
      const taken = { ...next, orderId: held.orderId, progress }
      expect(await world.other.take(next)).toEqual({ state: 'held', held: taken })
    })

    it('are free again when their holder is silent for too long, and it can no longer write', async () => {
      const held = await begun()
      world.wait(HOLD_MS + 1000)
      expect((await world.other.take(fresh({ key: held.key }))).state).toBe('held')
      for (const verb of ['keep', 'release', 'forget'] as const) {
        await expect(world.one[verb](held)).rejects.toThrow(HoldLost)
      }
    })

    it('stay held with each recorded step', async () => {
      const held = await begun()
      world.wait(HOLD_MS - 1000)
      await world.one.keep({ ...held, progress: { step: 'charging', order } })
      world.wait(HOLD_MS - 1000)
      expect(await world.other.take(fresh({ key: held.key }))).toEqual({ state: 'busy' })
    })

    it('are answered once they are done, no matter who asks and when', async () => {
      const held = await begun()
      await world.one.keep({ ...held, progress: { step: 'done', order } })
      world.wait(HOLD_MS + 1000)
      expect(await world.other.take(fresh({ key: held.key }))).toEqual({ state: 'done', order })
    })

    it('are taken for good once nobody has worked on them for a while and money may be at stake', async () => {
      const open = await Promise.all(
        steps.map(async (progress) => {
          const held = await begun()
          await world.one.keep({ ...held, progress })
          return { ...held, progress }
        }),
      )
      const finished = await begun()
      await world.one.keep({ ...finished, progress: { step: 'done', order } })
      await begun()
      const mine = (found: Held[]) => found.filter(({ key }) => open.some((one) => one.key === key))
      expect(mine(await world.other.abandoned('cleaner'))).toEqual([])
      world.wait(ABANDONED_MS + 1000)
      const expected = open.map((held) => ({ ...held, holder: 'cleaner' }))
      const found = await world.other.abandoned('cleaner')
      expect(found.map(({ progress }) => progress.step)).not.toContain('done')
      expect(mine(found).sort(byKey)).toEqual(expected.sort(byKey))
      expect(mine(await world.one.abandoned('another'))).toEqual([])
    })

    it('start over after they were forgotten', async () => {
      const held = await begun()
      await world.one.forget(held)
      const next = fresh({ key: held.key, request: 'another' })
      expect(await world.other.take(next)).toEqual({ state: 'held', held: next })
    })
  })
}
