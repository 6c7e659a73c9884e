import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { findRoot, modulesAbove, rootForNew } from '../../local/root.ts'

let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'root-'))
  for (const folder of [
    'shop/services/web',
    'shop/node_modules/nanofleet/dist',
    'checkout/docs',
    'elsewhere',
  ])
    mkdirSync(join(place, folder), { recursive: true })
})
afterEach(() => rmSync(place, { recursive: true, force: true }))

const at = (path: string) => join(place, path)
const ours = () => at('shop/node_modules/nanofleet/dist')

it('takes the nearest folder with a nanofleet.yml, from the current one upwards', () => {
  writeFileSync(at('shop/nanofleet.yml'), '')
  writeFileSync(at('nanofleet.yml'), '')
  expect(findRoot(at('shop/services/web'), ours())).toBe(at('shop'))
  expect(findRoot(at('shop/services/web'), at('checkout'))).toBe(at('shop'))
  expect(findRoot(at('elsewhere'), ours())).toBe(place)
})

it('takes the checkout where there is none, and inside it, whatever lies above', () => {
  expect(findRoot(at('elsewhere'), at('checkout'))).toBe(at('checkout'))
  writeFileSync(at('nanofleet.yml'), '')
  expect(findRoot(at('checkout/docs'), at('checkout'))).toBe(at('checkout'))
})

it('explains itself where the package finds none', () => {
  expect(() => findRoot(at('elsewhere'), ours())).toThrow(
    `${at('elsewhere')}: neither this folder nor one above it has a nanofleet.yml`,
  )
})

it.each([
  ['shop/services/web', 'shop'],
  ['elsewhere', 'elsewhere'],
])('makes a new root for %s in %s', (from, root) => {
  expect(rootForNew(at(from), ours())).toBe(at(root))
})

it('looks for packages as Node does', () => {
  mkdirSync(at('shop/services/node_modules'))
  expect(modulesAbove(at('shop/services/web')).slice(0, 2)).toEqual([
    at('shop/services/node_modules'),
    at('shop/node_modules'),
  ])
})
