import { describe, expect, it } from '@jest/globals'
import { shop, TOTAL } from './checkout-world.ts'

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
