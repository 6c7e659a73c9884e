import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { Cached } from '../../../apps/boutique/frontend/cached.ts'
import { optional } from '../../../apps/boutique/frontend/optional.ts'
import { StaticFiles } from '../../../apps/lib/static-files.ts'

const STATIC = 'apps/boutique/frontend/static'

afterEach(() => {
  jest.restoreAllMocks()
})

describe('something optional', () => {
  it.each([
    ['is there in time', async () => 'ad', 'ad'],
    ['fails', () => Promise.reject(new Error('no')), undefined],
    ['takes too long', () => pause(5000, 'ad', { ref: false }), undefined],
  ])('that %s', async (_how, ask: () => Promise<string>, expected) => {
    jest.spyOn(console, 'warn').mockReturnValue()
    const begin = performance.now()
    expect(await optional('ad', 100, ask)).toBe(expected)
    expect(performance.now() - begin).toBeLessThan(2000)
  })
})

describe('a cached value', () => {
  it('is requested once for all who want it within its time, then again', async () => {
    let now = 0
    let asked = 0
    const cache = new Cached<number>(1000, 10, () => now)
    const ask = async () => ++asked
    expect(await Promise.all([cache.get('a', ask), cache.get('a', ask)])).toEqual([1, 1])
    now = 999
    expect(await cache.get('a', ask)).toBe(1)
    now = 1000
    expect(await cache.get('a', ask)).toBe(2)
  })

  it('is not kept when the request failed', async () => {
    const cache = new Cached<number>(1000, 10)
    await expect(cache.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await cache.get('a', async () => 1)).toBe(1)
  })

  it('goes when there are too many', async () => {
    const cache = new Cached<string>(1000, 2)
    for (const key of ['a', 'b', 'c']) await cache.get(key, async () => 'old')
    expect(await cache.get('c', async () => 'new')).toBe('old')
    expect(await cache.get('a', async () => 'new')).toBe('new')
  })
})

describe('static files', () => {
  const files = new StaticFiles(STATIC, 'five minutes')
  const catalogue = 'apps/boutique/productcatalogservice/assets/products.json'
  const { products } = JSON.parse(readFileSync(catalogue, 'utf8')) as { products: { picture: string }[] }

  it.each(products.map(({ picture }) => picture))('have the picture %s of the catalogue', (picture) => {
    expect(files.address(picture)).toMatch(/\?v=[\da-f]{12}$/)
  })

  it('are small pictures that load nothing and run nothing', () => {
    const folder = join(STATIC, 'img/products')
    for (const name of readdirSync(folder)) {
      expect([name, statSync(join(folder, name)).size < 6000]).toEqual([name, true])
      expect(readFileSync(join(folder, name), 'utf8')).not.toMatch(/<script|href=|url\(|on\w+=|<style/)
    }
  })

  it('leave the address of any other file unchanged', () => {
    expect(files.address('/static/img/elsewhere.svg')).toBe('/static/img/elsewhere.svg')
  })
})
