import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { cut } from '../../../apps/photos/lib/text.ts'
import { Allowance, addressOf, Places } from '../../../apps/photos/ui/client.ts'

describe('the address of a request', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['', 'unknown'],
    [undefined, 'unknown'],
  ])('is the last one of "%s": %s', (forwarded, address) => {
    const request = new IncomingMessage(new Socket())
    if (forwarded !== undefined) request.headers['x-forwarded-for'] = forwarded
    expect(addressOf(request)).toBe(address)
  })
})

describe('places', () => {
  it('are refused to an address that has all of its own, and to everybody when all are taken', () => {
    const places = new Places({ each: 2, all: 3 })
    const give = places.take('a', 'uploads')
    places.take('a', 'uploads')
    expect(() => places.take('a', 'uploads')).toThrow('2 uploads of your address are under way')
    const last = places.take('b', 'uploads')
    expect(() => places.take('c', 'uploads')).toThrow('Too many uploads are under way')
    give()
    give()
    places.take('a', 'uploads')
    expect(() => places.take('c', 'uploads')).toThrow('Too many')
    last()
    places.take('c', 'uploads')
  })
})

describe('the allowance of an address', () => {
  it('is refused when it is spent, and there again after a minute', () => {
    let now = 0
    const allowance = new Allowance(100, () => now)
    allowance.spend('a', 150)
    expect(() => allowance.spend('a', 1)).toThrow('as much as it may in a minute')
    allowance.spend('b', 1)
    now = 59_999
    expect(() => allowance.spend('a', 1)).toThrow('in a minute')
    now = 60_000
    allowance.spend('a', 1)
  })
})

describe('a text that is cut', () => {
  it.each([
    ['abcdef', 3, 'abc'],
    ['ab', 3, 'ab'],
    ['ab😀', 3, 'ab'],
    ['ab😀', 4, 'ab😀'],
    ['a\ud83d', 3, 'a\ufffd'],
  ])('never ends in half a sign: %j to %i', (text, most, left) => {
    const now = cut(text, most)
    expect(now).toBe(left)
    expect(() => encodeURIComponent(now)).not.toThrow()
  })
})
