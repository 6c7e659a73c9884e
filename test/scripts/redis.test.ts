import { describe, expect, it } from '@jest/globals'
import { majorVersion } from '../../scripts/lib/redis.mjs'

describe('The version of a Redis', () => {
  it.each([
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=3c73acb93c0a0b53', 7],
    ['Redis server v=6.2.14 sha=40305114:0 malloc=libc bits=64 build=dff95a8e7a99d269', 6],
    ['Redis server v=5.0.3', 5],
    ['Valkey server v=8.1.1 sha=0', 8],
    ['', 0],
    ['no such option', 0],
  ])('is read from %p', (text, version) => {
    expect(majorVersion(text)).toBe(version)
  })
})
