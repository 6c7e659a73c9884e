import { describe, expect, it } from '@jest/globals'
import { MemoryOrders } from '../../../apps/boutique/checkoutservice/memory-orders.ts'
import type { Asked } from '../../../apps/boutique/checkoutservice/order.ts'
import {
  type Held,
  HOLD_MS,
  OrdersTrouble,
  type Progress,
} from '../../../apps/boutique/checkoutservice/orders.ts'
import { placeOrder } from '../../../apps/boutique/checkoutservice/place-order.ts'
import { asked, FakeShop, type Fault } from './checkout-shop.ts'

/** Orders that can be made to fail when one step is recorded. */
class BrittleOrders extends MemoryOrders {
  failsAt: Progress['step'] | undefined

  override async keep(held: Held): Promise<void> {
    if (held.progress.step === this.failsAt) throw new OrdersTrouble('the table is unavailable')
    await super.keep(held)
  }
}

function shop() {
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
const TOTAL = 2n * 8_990_000_000n + 18_990_000_000n + 8_990_000_000n

describe('Placing an order', () => {
  it('prices, charges the exact total, ships, empties the cart and confirms', async () => {
    const { services, place } = shop()
    const order = await place()
    expect([...services.charges]).toEqual([[order.orderId, TOTAL]])
    expect([...services.parcels]).toEqual([order.orderId])
    expect(order).toMatchObject({
      shippingTrackingId: `parcel of ${order.orderId}`,
      shippingAddress: { city: 'Rome' },
    })
    expect(order.items.map(({ item, cost }) => [item?.productId, item?.quantity, cost?.units])).toEqual([
      ['mug', 2, 8n],
      ['tank', 1, 18n],
    ])
    expect(services.carts.has('anna')).toBe(false)
    expect(services.mails).toEqual([order])
    expect(services.calls).not.toContain('convert')
  })

  it('converts each price into the currency of the user before adding', async () => {
    const { services, place } = shop()
    const order = await place({ userCurrency: 'EUR' })
    expect([...services.charges.values()]).toEqual([2n * TOTAL])
    expect(order.shippingCost).toMatchObject({ currencyCode: 'EUR', units: 17n, nanos: 980_000_000 })
  })

  it('answers a repeat with the same order, and does nothing twice', async () => {
    const { services, place } = shop()
    const order = await place()
    services.carts.set('anna', { mug: 1 })
    expect(await place()).toEqual(order)
    expect(services.calls.filter((verb) => verb === 'charge')).toHaveLength(1)
    expect(services.carts.has('anna')).toBe(true)
  })

  it('treats another token, or the same token from another user, as another order', async () => {
    const { services, place } = shop()
    const first = await place()
    services.carts.set('anna', { mug: 1 }).set('bert', { mug: 1 })
    const second = await place({ token: 'token-2' })
    const third = await place({ userId: 'bert' })
    expect(new Set([first, second, third].map(({ orderId }) => orderId)).size).toBe(3)
    expect(services.charges.size).toBe(3)
  })

  it('refuses a token that comes with another address', async () => {
    const { place } = shop()
    await place()
    await expect(place({ email: 'bert@example.org' })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' })
  })

  it('charges once when it is requested twice at the same time, and answers both alike', async () => {
    const { services, place } = shop()
    const [one, other] = await Promise.all([place({}, 3000), place({}, 3000)])
    expect(other).toEqual(one)
    expect(services.charges.size).toBe(1)
    expect(services.calls.filter((verb) => verb === 'charge')).toHaveLength(1)
  })

  it('tells a repeat that cannot wait that the order is under way', async () => {
    const { place } = shop()
    const [one, other] = await Promise.allSettled([place(), place()])
    expect(one.status).toBe('fulfilled')
    expect(other).toMatchObject({ status: 'rejected', reason: { code: 'ABORTED' } })
  })

  it('charges nobody who is gone before the prices are known', async () => {
    const { services, place } = shop()
    await expect(place({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(services.calls).not.toContain('charge')
    await place()
  })
})

interface Outcome {
  fault: Fault
  code: string | undefined
  says?: string
  /** What is in the books after the failure. */
  charged: number
  refunded: number
  shipped: number
  emptied: boolean
  /** The charges in force after a repeat, once the fault is over. */
  repeat?: 'same order' | 'new order'
}

const no = { charged: 0, refunded: 0, shipped: 0, emptied: false }
const done = { charged: 1, refunded: 0, shipped: 1, code: undefined }
const outcomes: Outcome[] = [
  ...(['cart', 'product', 'quote'] as const).flatMap((verb): Outcome[] => [
    {
      fault: { verb, when: 'before', code: 'UNAVAILABLE' },
      code: 'UNAVAILABLE',
      says: 'nothing was charged',
      ...no,
    },
    {
      fault: { verb, when: 'before', code: 'INTERNAL' },
      code: 'INTERNAL',
      says: 'nothing was charged',
      ...no,
    },
  ]),
  {
    fault: { verb: 'product', when: 'before', code: 'NOT_FOUND' },
    code: 'FAILED_PRECONDITION',
    says: 'mug',
    ...no,
  },
  { fault: { verb: 'quote', when: 'before', code: 'INVALID_ARGUMENT' }, code: 'INVALID_ARGUMENT', ...no },
  {
    fault: { verb: 'charge', when: 'before', code: 'INVALID_ARGUMENT' },
    code: 'INVALID_ARGUMENT',
    says: 'charge says no.',
    ...no,
  },
  {
    fault: { verb: 'charge', when: 'before', code: 'UNAVAILABLE' },
    code: 'UNAVAILABLE',
    says: 'token-1',
    ...no,
    repeat: 'same order',
  },
  {
    fault: { verb: 'charge', when: 'after', code: 'DEADLINE_EXCEEDED' },
    code: 'UNAVAILABLE',
    says: 'may have been charged',
    ...no,
    charged: 1,
    repeat: 'same order',
  },
  {
    fault: { verb: 'ship', when: 'before', code: 'UNAVAILABLE' },
    code: 'FAILED_PRECONDITION',
    says: 'was refunded',
    ...no,
    refunded: 1,
  },
  {
    fault: { verb: 'ship', when: 'before', code: 'INVALID_ARGUMENT' },
    code: 'FAILED_PRECONDITION',
    says: 'was refunded',
    ...no,
    refunded: 1,
  },
  {
    fault: { verb: 'emptyCart', when: 'before', code: 'UNAVAILABLE' },
    ...done,
    emptied: false,
    repeat: 'same order',
  },
  {
    fault: { verb: 'confirm', when: 'before', code: 'INTERNAL' },
    ...done,
    emptied: true,
    repeat: 'same order',
  },
]

describe('When an order fails', () => {
  it.each(
    outcomes.map(
      (outcome) => [`${outcome.fault.verb} ${outcome.fault.code} ${outcome.fault.when}`, outcome] as const,
    ),
  )(
    'at %s, the books are right, both then and after a repeat',
    async (_name, { fault, code, says, charged, refunded, shipped, emptied, repeat = 'new order' }) => {
      const { services, place } = shop()
      services.faults = [fault]
      const [result] = await Promise.allSettled([place()])
      if (code === undefined) expect(result.status).toBe('fulfilled')
      else expect(result).toMatchObject({ reason: { code, message: expect.stringContaining(says ?? '') } })
      expect(services.charges.size).toBe(charged)
      expect(services.refunds).toHaveLength(refunded)
      expect(services.parcels.size).toBe(shipped)
      expect(services.carts.has('anna')).toBe(!emptied)
      const before = [...services.charges.keys()]
      services.faults = []
      const order = await place()
      expect([...services.charges.keys()]).toEqual([order.orderId])
      expect([...services.parcels]).toEqual([order.orderId])
      if (repeat === 'same order' && before.length > 0) expect(before).toEqual([order.orderId])
    },
  )

  it('with a charge that cannot be refunded, says so, and a repeat refunds it before the order starts over', async () => {
    const { services, log, place } = shop()
    services.faults = [
      { verb: 'ship', when: 'before', code: 'UNAVAILABLE' },
      { verb: 'refund', when: 'before', code: 'UNAVAILABLE' },
    ]
    await expect(place()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('token-1'),
    })
    expect(log.join('\n')).toMatch(/transaction of .* is OWED/)
    expect(services.charges.size).toBe(1)
    services.faults = []
    await expect(place()).rejects.toMatchObject({ message: expect.stringContaining('was refunded') })
    expect(services.charges.size).toBe(0)
    await place()
    expect(services.charges.size).toBe(1)
  })

  it('halfway because its instance dies, a repeat takes over when the hold is over and charges once', async () => {
    for (const step of ['charging', 'charged', 'refunding'] as const) {
      const { services, orders, clock, place } = shop()
      // The instance dies: nothing more is recorded, and nobody releases the order.
      orders.release = () => Promise.reject(new OrdersTrouble('dead'))
      orders.forget = orders.release
      services.faults =
        step === 'refunding'
          ? [
              { verb: 'refund', when: 'after', code: 'UNAVAILABLE' },
              { verb: 'ship', when: 'before', code: 'UNAVAILABLE' },
            ]
          : []
      orders.failsAt = ({ charging: 'charged', charged: 'refunding', refunding: undefined } as const)[step]
      if (step === 'charged') services.faults = [{ verb: 'ship', when: 'before', code: 'INTERNAL' }]
      await expect(place()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
      services.faults = []
      orders.failsAt = undefined
      Reflect.deleteProperty(orders, 'release')
      Reflect.deleteProperty(orders, 'forget')
      await expect(place()).rejects.toMatchObject({ code: 'ABORTED' })
      clock.now += HOLD_MS
      const [result] = await Promise.allSettled([place()])
      expect(result.status).toBe(step === 'refunding' ? 'rejected' : 'fulfilled')
      expect(services.charges.size).toBe(step === 'refunding' ? 0 : 1)
      expect(services.parcels.size).toBe(step === 'refunding' ? 0 : 1)
    }
  })

  it('to be recorded before the charge, nothing is charged', async () => {
    const { services, orders, place } = shop()
    orders.failsAt = 'charging'
    await expect(place()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('nothing was'),
    })
    expect(services.calls).not.toContain('charge')
  })

  it('to be recorded at the end, it is answered anyway', async () => {
    const { services, orders, log, place } = shop()
    orders.failsAt = 'done'
    expect((await place()).shippingTrackingId).not.toBe('')
    expect(services.charges.size).toBe(1)
    expect(log.join('\n')).toContain('cannot be recorded as done')
  })

  it('because the cart is empty, it says so', async () => {
    const { services, place } = shop()
    services.carts.clear()
    await expect(place()).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('empty'),
    })
  })
})
