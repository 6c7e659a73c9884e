import { readFile } from 'node:fs/promises'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { sample } from '../support/seeded.ts'
import { iamSettings } from './settings.ts'
import { UNCHECKED } from './unchecked.ts'

const page = await readFile(new URL('../../docs/iam-aws-only.md', import.meta.url), 'utf8')
const rows = (page.split('## Only checked on AWS')[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

describe('docs/iam-aws-only.md', () => {
  it.each(UNCHECKED)('has a row for what the proof leaves out because of $page', ({ page, actions = [] }) => {
    const row = rows.find((cells) => cells[3] === page)
    expect(row).toBeDefined()
    for (const action of actions) expect(row?.[1]).toContain(`\`${action}\``)
  })

  it('gives a reason and a page for everything that only AWS checks', () => {
    for (const [, permission, reason, source] of rows) expect([permission, reason, source]).not.toContain('')
  })
})

describe('a sample of permissions', () => {
  it('is the same for the same seed and contains nothing twice', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer()), fc.nat(20), fc.integer(), (items, count, seed) => {
        const chosen = sample(items, count, seed)
        expect(chosen).toEqual(sample(items, count, seed))
        expect(new Set(chosen).size).toBe(Math.min(count, items.length))
        expect(items).toEqual(expect.arrayContaining(chosen))
      }),
    )
  })

  it('has thirty of them unless the environment asks for more', () => {
    expect(iamSettings({})).toMatchObject({ count: 30 })
    expect(iamSettings({ NANOFLEET_IAM: 'all', NANOFLEET_IAM_SEED: '7' })).toEqual({
      seed: 7,
      count: Infinity,
    })
  })
})
