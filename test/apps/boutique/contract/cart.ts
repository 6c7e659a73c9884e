import { randomUUID } from 'node:crypto'
import { expect } from '@jest/globals'
import { type AddItemRequestSchema, CartService } from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { type Bad, contract, each, refuses } from './contract.ts'

const mugs = (quantity: number) => ({ productId: '6E92ZMYYFZ', quantity })

const BAD_ITEMS: Bad<typeof AddItemRequestSchema> = {
  'to a cart of nobody': [{ item: mugs(1) }, 'user_id is empty'],
  'of nothing': [{ userId: 'u' }, 'has no item'],
  'of no product': [{ userId: 'u', item: { productId: '', quantity: 1 } }, 'item.product_id is empty'],
  'of no piece': [{ userId: 'u', item: mugs(0) }, 'item.quantity is 0'],
  'of less than nothing': [{ userId: 'u', item: mugs(-1) }, 'item.quantity is -1'],
  'of a hundred': [{ userId: 'u', item: mugs(100) }, 'item.quantity is 100'],
  'under an endless name': [{ userId: 'u'.repeat(201), item: mugs(1) }, 'user_id has 201 characters'],
}

export const cart = contract({
  program: 'cartservice',
  service: CartService,
  all: {
    'has an empty cart for an unknown user': async (client) => {
      expect((await client.getCart({ userId: randomUUID() })).items).toEqual([])
    },
    'adds up the pieces of a product, and keeps the others': async (client) => {
      const userId = randomUUID()
      await client.addItem({ userId, item: mugs(2) })
      await client.addItem({ userId, item: { productId: 'OLJCESPC7Z', quantity: 1 } })
      await client.addItem({ userId, item: mugs(3) })
      const { items } = await client.getCart({ userId })
      expect(items).toHaveLength(2)
      expect(items).toEqual(expect.arrayContaining([expect.objectContaining(mugs(5))]))
    },
    'empties a cart, even an empty one': async (client) => {
      const userId = randomUUID()
      await client.addItem({ userId, item: mugs(1) })
      for (const _ of [1, 2]) await client.emptyCart({ userId })
      expect((await client.getCart({ userId })).items).toEqual([])
    },
  },
  ours: {
    'says whose cart it is': async (client) => {
      expect((await client.getCart({ userId: 'anna' })).userId).toBe('anna')
    },
    'adds once what is sent twice with the same idempotency-key': async (client) => {
      const userId = randomUUID()
      const once = { metadata: { 'idempotency-key': randomUUID() } }
      for (const _ of [1, 2]) await client.addItem({ userId, item: mugs(2) }, once)
      await client.addItem({ userId, item: mugs(1) }, { metadata: { 'idempotency-key': randomUUID() } })
      expect((await client.getCart({ userId })).items).toMatchObject([mugs(3)])
      const bad = { metadata: { 'idempotency-key': 'a b' } }
      await refuses(
        client.addItem({ userId, item: mugs(1) }, bad),
        'INVALID_ARGUMENT',
        'idempotency-key must',
      )
    },
    'refuses more than a cart holds': async (client) => {
      const userId = randomUUID()
      for (let added = 0; added + 99 <= 10_000; added += 99) await client.addItem({ userId, item: mugs(99) })
      await refuses(client.addItem({ userId, item: mugs(99) }), 'RESOURCE_EXHAUSTED', 'at most 10000 pieces')
    },
    ...each(CartService, 'refuses an addition', BAD_ITEMS, async (client, [request, words]) =>
      refuses(client.addItem(request), 'INVALID_ARGUMENT', words),
    ),
    'refuses to look at a cart of nobody': async (client) => {
      await refuses(client.getCart({}), 'INVALID_ARGUMENT', 'user_id is empty')
      await refuses(client.emptyCart({}), 'INVALID_ARGUMENT', 'user_id is empty')
    },
  },
})
