import { describe, expect, it } from '@jest/globals'
import { HOLD_MS, OrdersTrouble } from '../../../apps/boutique/checkoutservice/orders.ts'
import type { Fault } from './checkout-shop.ts'
import { shop } from './checkout-world.ts'

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
