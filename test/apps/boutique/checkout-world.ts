import { MemoryOrders } from '../../../apps/boutique/checkoutservice/memory-orders.ts'
import type { Asked } from '../../../apps/boutique/checkoutservice/order.ts'
import { type Held, OrdersTrouble, type Progress } from '../../../apps/boutique/checkoutservice/orders.ts'
import { placeOrder } from '../../../apps/boutique/checkoutservice/place-order.ts'
import { asked, FakeShop } from './checkout-shop.ts'

/** Orders that can be made to fail when one step is recorded. */
export class BrittleOrders extends MemoryOrders {
  failsAt: Progress['step'] | undefined

  override async keep(held: Held): Promise<void> {
    if (held.progress.step === this.failsAt) throw new OrdersTrouble('the table is unavailable')
    await super.keep(held)
  }
}

export function shop() {
  const services = new FakeShop()
  const clock = { now: 1_790_000_000_000 }
  const orders = new BrittleOrders(() => clock.now)
  const log: string[] = []
  const world = { shop: services, orders, log: (line: string) => void log.push(line) }
  const place = (changes: Partial<Asked> = {}, patienceMs = 0) =>
    placeOrder(world, asked(changes), Date.now() + patienceMs)
  return { services, orders, clock, log, place }
}

/** Two mugs, a tank top and shipping, in billionths. */
export const TOTAL = 2n * 8_990_000_000n + 18_990_000_000n + 8_990_000_000n
