import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, it } from '@jest/globals'
import { DynamoOrders } from '../../../apps/boutique/checkoutservice/dynamo-orders.ts'
import { MemoryOrders } from '../../../apps/boutique/checkoutservice/memory-orders.ts'
import { OrdersTrouble } from '../../../apps/boutique/checkoutservice/orders.ts'
import { ordersContract } from './checkout-orders.ts'

ordersContract('in memory', async () => {
  let now = 1_790_000_000_000
  const orders = new MemoryOrders(() => now)
  const wait = (ms: number) => {
    now += ms
  }
  return { one: orders, other: orders, wait, stop: async () => {} }
})

it('says that the table is unavailable when it does not answer', async () => {
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' }
  // Nothing listens on port 1.
  const client = new DynamoDBClient({
    region: 'eu-west-1',
    credentials,
    endpoint: 'http://127.0.0.1:1',
    maxAttempts: 1,
  })
  const orders = new DynamoOrders(client, 'Orders')
  const held = { key: 'k', request: 'r', holder: 'h', orderId: 'o', progress: { step: 'begun' as const } }
  await expect(orders.take(held)).rejects.toThrow(OrdersTrouble)
  await expect(orders.keep(held)).rejects.toThrow(OrdersTrouble)
})
