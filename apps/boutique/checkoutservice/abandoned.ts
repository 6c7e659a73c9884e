import { randomUUID } from 'node:crypto'
import { create } from '@bufbuild/protobuf'
import { AddressSchema, OrderResultSchema } from '../lib/gen/hipstershop_pb.ts'
import type { World } from './order.ts'
import type { Held } from './orders.ts'

/**
 * Ends orders that stopped half way and that nobody came back for: an instance died, or the person gave up.
 * What was paid for is sent; what may have been paid for, or could not be sent, is refunded. What fails is
 * tried again when the order has been alone for as long once more.
 */
export async function endAbandoned(world: World): Promise<void> {
  try {
    for (const held of await world.orders.abandoned(randomUUID())) await end(world, held)
  } catch (error) {
    world.log(`abandoned orders: ${error}`)
  }
}

async function end(world: World, held: Held): Promise<void> {
  const { orders, shop, log } = world
  const { step } = held.progress
  try {
    if (step === 'charged' && (await send(world, held))) return
    // Under the order's id, as it was charged: nobody knows whether it was.
    await shop.cancel(held.orderId)
    await orders.forget(held)
    log(`order ${held.orderId}: abandoned as ${step}; whatever was charged is refunded`)
  } catch (error) {
    log(`order ${held.orderId}: abandoned as ${step}, and not ended yet: ${error}`)
  }
}

/** Whether the parcel is on its way; sending it again under the order's id sends nothing twice. */
async function send({ orders, shop, log }: World, held: Held): Promise<boolean> {
  if (held.progress.step !== 'charged') return false
  const { order } = held.progress
  const items = order.items.flatMap(({ item }) => item ?? [])
  try {
    const address = order.shippingAddress ?? create(AddressSchema)
    const shippingTrackingId = await shop.ship(held.orderId, address, items)
    const sent = create(OrderResultSchema, { ...order, shippingTrackingId })
    await orders.keep({ ...held, progress: { step: 'done', order: sent } })
    log(`order ${held.orderId}: abandoned after its charge; it is sent`)
    return true
  } catch (error) {
    log(`order ${held.orderId}: abandoned after its charge, and not sent: ${error}`)
    return false
  }
}
