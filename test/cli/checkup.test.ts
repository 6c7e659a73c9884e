import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { findingText } from '../../cli/commands/doctor.ts'
import { codeAge, consul, controlPlane, deadLetters, locks } from '../../cli/doctor/checkup.ts'
import { newestSource } from '../../cli/doctor/newest-source.ts'
import { refusedCalls } from '../../cli/doctor/refused-calls.ts'
import type { Refusal } from '../../local/refusals.ts'
import { second } from './runs.ts'

describe('what the doctor says of', () => {
  it.each([
    ['UPDATE_COMPLETE', 'good'],
    ['UPDATE_IN_PROGRESS', 'warning'],
    ['UPDATE_ROLLBACK_COMPLETE', 'warning'],
    ['ROLLBACK_COMPLETE', 'bad'],
    ['UPDATE_ROLLBACK_FAILED', 'bad'],
  ])('a control plane in the state %s is %s', (status, state) => {
    expect(controlPlane({ status }, 'dev').state).toBe(state)
  })

  it.each([
    [{ servers: 0, alive: 0, leader: null }, 'good', /platform is not deployed/],
    [{ servers: 3, alive: 3, leader: 'a' }, 'good', /3 of 3/],
    [{ servers: 3, alive: 2, leader: 'a' }, 'warning', /2 of 3/],
    [{ servers: 3, alive: 2, leader: null }, 'bad', /election/],
    [{ servers: 3, alive: 0, leader: null }, 'bad', /none of them answers/],
  ])('Consul as %j is %s', (seen, state, text) => {
    expect(consul(seen)).toMatchObject({ state, text: expect.stringMatching(text) })
  })

  const refusal = (port: number, more: Partial<Refusal> = {}): Refusal => ({
    caller: { app: 'shop', service: 'web' },
    target: { app: 'shop', service: 'db' },
    port,
    count: 3,
    first: 1,
    last: port,
    how: 'refused',
    ...more,
  })
  it.each<[string, Refusal[], string]>([
    ['none', [], 'each goes where a needs leads'],
    [
      'one',
      [refusal(60)],
      'shop/web called db:60, which no needs names: refused 3 times, last at 00:01:00 UTC',
    ],
    [
      'one to another app that was cut off once',
      [refusal(60, { target: { app: 'photos', service: 'db' }, how: 'cut', count: 1 })],
      'shop/web called photos/db:60, which no needs names: cut off once, last at 00:01:00 UTC',
    ],
    [
      'one of no app to a load balancer',
      [refusal(60, { caller: { app: '', service: 'i-1' }, target: { app: '', service: 'x' }, how: 'seen' })],
      'i-1 called x:60, which no needs names: seen and not stopped 3 times, last at 00:01:00 UTC',
    ],
  ])('calls that no security group lets through: %s', (_what, refused, text) => {
    expect(refusedCalls(refused)).toMatchObject({ state: refused.length === 0 ? 'good' : 'bad', text })
  })

  it('many such calls names the latest', () => {
    const { text } = refusedCalls([1, 2, 3, 4, 5, 6, 7].map((port) => refusal(port)))
    expect(text.match(/db:\d/g)).toEqual(['db:7', 'db:6', 'db:5', 'db:4', 'db:3'])
    expect(text).toMatch(/; and 2 others$/)
  })

  it('dead letters comes with a way to the reason', () => {
    expect(deadLetters(0, 'dev')).toEqual({ state: 'good', text: 'none' })
    expect(deadLetters(2, 'dev').remedy).toContain('nanofleet --stage dev logs --function register')
  })

  it('locks tells runs that are over from those under way', () => {
    const lock = { execution: 'shop-1', since: '', over: true }
    expect(locks([{ app: 'shop', state: 'deployed' }])).toEqual({ state: 'good', text: 'none held' })
    expect(locks([{ app: 'shop', state: 'deployed', lock }])).toMatchObject({ state: 'warning' })
    expect(locks([{ app: 'shop', state: 'deployed', lock: { ...lock, over: false } }])).toEqual({
      state: 'good',
      text: 'held by runs under way: shop by shop-1',
    })
  })

  it('the code is a warning when a file is younger than the deployment', () => {
    expect(codeAge(second(10), { file: 'core/a.ts', at: second(9) }, 'dev').state).toBe('good')
    expect(findingText(codeAge(second(10), { file: 'core/a.ts', at: second(11) }, 'dev'))).toBe(
      '! code: core/a.ts was written after the last deployment\n    run "npx serverless deploy --stage dev" to bring it there',
    )
  })
})

describe('the youngest source', () => {
  it('is the file of the control plane that was written last', async () => {
    const root = await mkdtemp(join(tmpdir(), 'sources-'))
    const files = [
      'serverless.yml',
      'adapters/a.ts',
      'buildspecs/b.mjs',
      'core/c.ts',
      'functions/f.ts',
      'resources/roles/r.yml',
      'workflows/w.yml',
    ]
    for (const [index, file] of [...files, 'docs/d.md'].entries()) {
      await mkdir(dirname(join(root, file)), { recursive: true })
      await writeFile(join(root, file), '')
      await utimes(join(root, file), index, index)
    }
    await utimes(join(root, 'resources/roles/r.yml'), 100, 100)
    expect(await newestSource(root)).toEqual({ file: 'resources/roles/r.yml', at: second(100) })
    await rm(root, { recursive: true })
  })
})
