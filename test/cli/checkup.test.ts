import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { findingText } from '../../cli/commands/doctor.ts'
import { codeAge, consul, controlPlane, deadLetters, locks } from '../../cli/doctor/checkup.ts'
import { newestSource } from '../../cli/doctor/newest-source.ts'
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
