/** Places orders: calls the other services in turn, and records each order in a table. */
import { setInterval as every } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { implement } from '../../lib/grpc/implementation.ts'
import { serveGrpc } from '../../lib/grpc/server.ts'
import { CheckoutService } from '../lib/gen/hipstershop_pb.ts'
import { addressOf, portOf } from '../lib/services.ts'
import { endAbandoned } from './abandoned.ts'
import { DynamoOrders } from './dynamo-orders.ts'
import { grpcShop } from './grpc-shop.ts'
import { MemoryOrders } from './memory-orders.ts'
import { ABANDONED_MS } from './orders.ts'
import { checkout } from './service.ts'

/**
 * Empty keeps orders in memory, for a shop on a developer's machine; unset is a mistake that Nanos does not
 * catch.
 */
const table = process.env.ORDERS_TABLE
if (table === undefined)
  throw new Error('ORDERS_TABLE is not set; name a table, or leave it empty to keep orders in memory')

// By default the client waits minutes for a table that does not answer, longer than an order is held.
const client = () =>
  new DynamoDBClient({ maxAttempts: 3, requestHandler: { connectionTimeout: 1000, requestTimeout: 2000 } })
const orders = table === '' ? new MemoryOrders() : new DynamoOrders(client(), table)
const world = { shop: grpcShop(addressOf), orders, log: console.log }
const port = await serveGrpc(portOf('checkoutservice'), [implement(CheckoutService, checkout(world))])
console.log(
  `checkoutservice listens on ${port}; orders are ${table === '' ? 'in memory' : `in table ${table}`}`,
)

// Every instance looks, and reads the whole table for it; an order is ended by the one that takes hold of it.
for await (const _ of every(ABANDONED_MS / 2, undefined, { ref: false })) await endAbandoned(world)
