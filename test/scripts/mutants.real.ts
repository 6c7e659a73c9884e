import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import config from '../../jest.config.mjs'
import { readOptions } from '../../scripts/mutants/options.ts'
import { tryMutants } from '../../scripts/mutants/run.ts'

const CODE = `export const isLate = (seconds: number): boolean => seconds > 30
export function steps(from: number): number {
  let count = 0
  for (let left = from; left > 0; left -= 1) count += 1
  return count
}
`
/** Never asks at 30 itself, so nobody sees whether it is late. */
const TESTS = `import { expect, it } from '@jest/globals'
import { isLate, steps } from '../../core/late.ts'
it('is late after 30 s', () => expect([29, 31, 32].map(isLate)).toEqual([false, true, true]))
it('counts steps', () => expect([0, 1, 2].map(steps)).toEqual([0, 1, 2]))
`

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mutants-test-'))
  mkdirSync(join(folder, 'core'))
  mkdirSync(join(folder, 'test', 'core'), { recursive: true })
  writeFileSync(join(folder, 'core', 'late.ts'), CODE)
  writeFileSync(join(folder, 'test', 'core', 'late.test.ts'), TESTS)
  cpSync('scripts/mutants', join(folder, 'scripts', 'mutants'), { recursive: true })
  const projects = config.projects.filter(({ displayName }) => displayName === 'quick')
  writeFileSync(join(folder, 'jest.config.mjs'), `export default ${JSON.stringify({ projects })}`)
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}')
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function tried(args: string[], patienceMs: number) {
  const options = readOptions(['--workers', '1', ...args])
  if (options === 'help') throw new Error('no options')
  const said: string[] = []
  const results = await tryMutants(options, {
    checkout: folder,
    judgements: [],
    say: (line) => said.push(line),
    signal: new AbortController().signal,
    patienceMs,
  })
  return { results, said: said.join('\n') }
}

describe('Trying mutants', () => {
  it('tells the one that no test notices, and leaves the checkout as it is', async () => {
    const { results, said } = await tried(['--file', 'core/late.ts:1'], 60_000)
    expect(said).toContain('2 of 2 changes')
    const missed = results.filter(({ noticed }) => !noticed)
    expect(missed.map(({ mutant }) => mutant.becomes)).toEqual([
      'export const isLate = (seconds: number): boolean => seconds >= 30',
    ])
    expect(said).toContain('core/late.ts:1  NOT NOTICED by the 1 test files that reach it')
    expect(readFileSync(join(folder, 'core', 'late.ts'), 'utf8')).toBe(CODE)
  }, 120_000)

  it('names the test that noticed, and takes one that does not end as noticed', async () => {
    const { results } = await tried(['--file', 'core/late.ts:4'], 10_000)
    const by = results.map(({ mutant, by }) => [/left .*(?=\))/.exec(mutant.becomes)?.[0], by])
    expect(by).toContainEqual(['left = from; left > 0; left += 1', 'no end'])
    expect(by).toContainEqual(['left = from; left > 1; left -= 1', 'test/core/late.test.ts'])
  }, 240_000)

  it('refuses to begin where the tests fail without a change', async () => {
    writeFileSync(join(folder, 'test', 'core', 'late.test.ts'), TESTS.replace('29', '31'))
    await expect(tried(['--count', '1'], 60_000)).rejects.toThrow(/^The tests fail without any change/)
  }, 60_000)
})
