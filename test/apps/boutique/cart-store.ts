import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { CartStore } from '../../../apps/boutique/cartservice/cart-store.ts'
import { MOST_ADDITIONS, MOST_LINES, MOST_PIECES } from '../../../apps/boutique/cartservice/merge.ts'

/** One store as two instances of the service see it; carts expire after `idleMs`. */
export interface CartWorld {
  one: CartStore
  other: CartStore
  idleMs: number
  stop(): Promise<void>
}

/** What every cart store does. */
export function cartStoreContract(where: string, start: () => Promise<CartWorld>): void {
  describe(`Carts ${where}`, () => {
    let world: CartWorld
    let users = 0
    const anybody = (): string => `user-${++users}`
    beforeAll(async () => {
      world = await start()
    }, 30_000)
    afterAll(() => world.stop())

    it('are empty for an unknown user', async () => {
      expect(await world.one.read(anybody())).toEqual([])
    })

    it('hold what was added, oldest first, and add up repeated products', async () => {
      const user = anybody()
      await world.one.add(user, { productId: 'mug', quantity: 2 })
      await world.one.add(user, { productId: 'tank', quantity: 1 })
      await world.other.add(user, { productId: 'mug', quantity: 3 })
      expect(await world.other.read(user)).toEqual([
        { productId: 'mug', quantity: 5 },
        { productId: 'tank', quantity: 1 },
      ])
    })

    it('lose nothing of what two instances add at once', async () => {
      const user = anybody()
      const adding = Array.from({ length: 60 }, (_, index) =>
        (index % 2 === 0 ? world.one : world.other).add(user, {
          productId: `p${index % 3}`,
          quantity: 1 + (index % 2),
        }),
      )
      await Promise.all(adding)
      const lines = await world.one.read(user)
      expect(Object.fromEntries(lines.map(({ productId, quantity }) => [productId, quantity]))).toEqual({
        p0: 30,
        p1: 30,
        p2: 30,
      })
    })

    it('count an addition once, however often it comes with the same key', async () => {
      const user = anybody()
      const two = { productId: 'mug', quantity: 2 }
      await Promise.all([1, 2, 3].map(() => world.one.add(user, two, 'first')))
      await world.other.add(user, two, 'first')
      expect(await world.one.read(user)).toEqual([two])
      await world.one.add(user, two, 'second')
      await world.one.add(user, two)
      await world.one.add(user, two)
      expect(await world.one.read(user)).toEqual([{ productId: 'mug', quantity: 8 }])
      await world.one.add(anybody(), two, 'first')
      await world.other.add(user, two, 'first')
      expect(await world.one.read(user)).toEqual([{ productId: 'mug', quantity: 8 }])
    })

    it('recognize a repeat even when the cart is full', async () => {
      const user = anybody()
      const all = { productId: 'mug', quantity: MOST_PIECES }
      await world.one.add(user, all, 'first')
      await world.other.add(user, all, 'first')
      expect(await world.one.read(user)).toEqual([all])
    })

    it('belong only to their user', async () => {
      const [user, another] = [anybody(), anybody()]
      await world.one.add(user, { productId: 'mug', quantity: 1 })
      expect(await world.one.read(another)).toEqual([])
      await world.one.empty(another)
      expect(await world.one.read(user)).toHaveLength(1)
    })

    it('are empty after they were emptied, and can be filled again', async () => {
      const user = anybody()
      await world.one.add(user, { productId: 'mug', quantity: 1 })
      await world.other.empty(user)
      await world.other.empty(user)
      expect(await world.one.read(user)).toEqual([])
      await world.one.add(user, { productId: 'mug', quantity: 4 })
      expect(await world.one.read(user)).toEqual([{ productId: 'mug', quantity: 4 }])
    })

    it('refuse more products or pieces than a cart may hold, and stay unchanged', async () => {
      const user = anybody()
      for (let index = 0; index < MOST_LINES; index += 1) {
        await world.one.add(user, { productId: `p${index}`, quantity: 1 })
      }
      const full = { code: 'RESOURCE_EXHAUSTED' }
      await expect(world.one.add(user, { productId: 'one more', quantity: 1 })).rejects.toMatchObject(full)
      await expect(world.one.add(user, { productId: 'p0', quantity: MOST_PIECES })).rejects.toMatchObject(
        full,
      )
      await world.one.add(user, { productId: 'p0', quantity: 1 })
      const lines = await world.one.read(user)
      expect(lines).toHaveLength(MOST_LINES)
      expect(lines[0]).toEqual({ productId: 'p0', quantity: 2 })
    })

    it('take no more additions than a cart may have before it is emptied, and know a repeat even then', async () => {
      const user = anybody()
      const one = { productId: 'mug', quantity: 1 }
      for (let index = 0; index < MOST_ADDITIONS; index += 100) {
        const some = Array.from({ length: 100 }, (_, next) => world.one.add(user, one, `k${index + next}`))
        await Promise.all(some)
      }
      await expect(world.other.add(user, one)).rejects.toMatchObject({ code: 'RESOURCE_EXHAUSTED' })
      await world.other.add(user, one, 'k0')
      await world.other.empty(user)
      await world.one.add(user, one)
      expect(await world.one.read(user)).toEqual([one])
    })

    it('expire when nobody looks at them, and stay alive while somebody does', async () => {
      const [seen, forgotten] = [anybody(), anybody()]
      for (const user of [seen, forgotten]) await world.one.add(user, { productId: 'mug', quantity: 1 })
      for (let part = 0; part < 6; part += 1) {
        await pause(world.idleMs / 4)
        expect(await world.one.read(seen)).toHaveLength(1)
      }
      expect(await world.other.read(forgotten)).toEqual([])
    })
  })
}
