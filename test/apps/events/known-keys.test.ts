import { describe, expect, it } from '@jest/globals'
import { idOf, makeEvent } from '../../../apps/events/node-app/event.ts'
import { KnownKeys } from '../../../apps/events/node-app/known-keys.ts'

describe('requests with an Idempotency-Key', () => {
  const counted = () => {
    let count = 0
    return async () => ++count
  }

  it('are carried out once, also while the first one is under way', async () => {
    const known = new KnownKeys<number>(1000, 10)
    const make = counted()
    const all = [1, 2, 3].map(() => known.once('k', 'same', make))
    expect(await Promise.all(all)).toEqual([1, 1, 1])
    expect(await known.once('other', 'same', make)).toBe(2)
  })

  it('are carried out again after the time, after a failure, and beyond the number', async () => {
    let now = 0
    const known = new KnownKeys<number>(1000, 2, () => now)
    const make = counted()
    await known.once('a', '', make)
    now = 1000
    expect(await known.once('a', '', make)).toBe(2)
    await expect(known.once('b', '', () => Promise.reject(new Error('no broker')))).rejects.toThrow(
      'no broker',
    )
    expect(await known.once('b', '', make)).toBe(3)
    await known.once('c', '', make)
    expect(known.size).toBe(2)
    expect(await known.once('a', '', make)).toBe(5)
  })

  it.each([
    ['k', 422, 'This Idempotency-Key was used for another event; take a new one.'],
    ['', 400, 'The Idempotency-Key must be 1 to 200 visible characters without spaces.'],
    ['a b', 400, 'The Idempotency-Key must be'],
    ['x'.repeat(201), 400, 'The Idempotency-Key must be'],
  ])('are refused with the key %j when it is wrong: %d', async (key, status, sentence) => {
    const known = new KnownKeys<number>(1000, 10)
    await known.once('k', 'one', counted())
    expect(() => known.once(key, 'two', counted())).toThrow(
      expect.objectContaining({ status, message: expect.stringContaining(sentence) }),
    )
  })
})

describe('an event', () => {
  it('has an id that its Idempotency-Key decides, a UUID of version 8', () => {
    expect(idOf('a')).toBe(idOf('a'))
    expect(idOf('a')).not.toBe(idOf('b'))
    expect(idOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('has its id as key if it is given none', () => {
    const author = { version: '3', instance: 'i-1' }
    const event = makeEvent(author, { parcel: 7 })
    expect(event).toEqual({ id: event.id, key: event.id, at: event.at, ...author, body: { parcel: 7 } })
    expect(makeEvent(author, null, 'k', 'i')).toMatchObject({ id: 'i', key: 'k', body: null })
  })
})
