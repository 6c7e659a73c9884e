import { describe, expect, it } from '@jest/globals'
import { endAbandoned } from '../../../apps/boutique/checkoutservice/abandoned.ts'
import { ABANDONED_MS, HOLD_MS } from '../../../apps/boutique/checkoutservice/orders.ts'
import type { Fault } from './checkout-shop.ts'
import { shop } from './checkout-world.ts'

const lost: Fault = { verb: 'charge', code: 'UNAVAILABLE', when: 'after' }
const refused: Fault = { verb: 'charge', code: 'UNAVAILABLE', when: 'before' }

describe('An order that stops half way and that nobody comes back for', () => {
  it.each([
    ['whose charge was made and its answer lost', lost],
    ['whose charge was never made', refused],
  ])('is refunded and forgotten: one %s', async (_which, fault) => {
    const { services, orders, clock, log, place } = shop()
    services.faults = [fault]
    await expect(place()).rejects.toThrow(/may have been charged/)
    services.faults = []
    const world = { shop: services, orders, log: (line: string) => void log.push(line) }
    clock.now += ABANDONED_MS - 1000
    await endAbandoned(world)
    expect(services.refunds).toEqual([])
    clock.now += 2000
    await endAbandoned(world)
    expect([...services.charges]).toEqual([])
    expect(services.refunds).toHaveLength(1)
    expect(log.at(-1)).toMatch(/abandoned as charging; whatever was charged is refunded/)
    clock.now += ABANDONED_MS * 2
    await endAbandoned(world)
    expect(services.refunds).toHaveLength(1)
  })

  it('is sent once if it was charged', async () => {
    const { services, orders, clock, log, place } = shop()
    orders.failsAt = 'charged'
    await expect(place()).rejects.toThrow()
    orders.failsAt = undefined
    services.faults = [{ verb: 'ship', code: 'UNAVAILABLE', when: 'after' }]
    orders.failsAt = 'refunding'
    clock.now += HOLD_MS
    await expect(place()).rejects.toThrow(/charged/)
    orders.failsAt = undefined
    services.faults = []
    clock.now += ABANDONED_MS + 1000
    await endAbandoned({ shop: services, orders, log: (line) => void log.push(line) })
    expect(log.at(-1)).toMatch(/abandoned after its charge; it is sent/)
    expect([services.parcels.size, services.charges.size, services.refunds.length]).toEqual([1, 1, 0])
    expect((await place()).shippingTrackingId).toMatch(/^parcel of /)
    expect(services.parcels.size).toBe(1)
  })

  it('is refunded if it was charged and cannot be sent, however long that takes', async () => {
    const { services, orders, clock, log, place } = shop()
    services.faults = [
      { verb: 'ship', code: 'INTERNAL', when: 'before' },
      { verb: 'refund', code: 'UNAVAILABLE', when: 'before' },
      { verb: 'cancel', code: 'UNAVAILABLE', when: 'before' },
    ]
    await expect(place()).rejects.toThrow(/could not be refunded yet/)
    const world = { shop: services, orders, log: (line: string) => void log.push(line) }
    clock.now += ABANDONED_MS + 1000
    await endAbandoned(world)
    expect(log.at(-1)).toMatch(/abandoned as refunding, and not ended yet/)
    expect(services.charges.size).toBe(1)
    services.faults = []
    clock.now += ABANDONED_MS + 1000
    await endAbandoned(world)
    expect([services.charges.size, services.refunds.length]).toEqual([0, 1])
  })
})
