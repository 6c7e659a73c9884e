import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from '@jest/globals'

const repository = resolve(import.meta.dirname, '../..')
const page = readFileSync(join(repository, 'docs/registration-proofs.md'), 'utf8')
const tests = join(repository, 'test')
const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })

/** A file in backticks, a colon, and the names of its tests separated by semicolons. */
const named = [...page.matchAll(/`([\w/-]+\.(?:test|real)\.ts)`: ([^|`]+)/g)].flatMap(
  ([, file = '', names = '']) =>
    names
      .split(';')
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name): [string, string] => [file, name]),
)

describe('the page about proofs of registration', () => {
  it('names tests', () => {
    expect(named.length).toBeGreaterThan(15)
  })

  it.each(named)('names a test that exists: %s: %s', (file, name) => {
    expect(
      readFileSync(join(tests, files.find((path) => `/${path}`.endsWith(`/${file}`)) ?? ''), 'utf8'),
    ).toContain(name)
  })
})
