import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { findingText } from '../../cli/commands/doctor.ts'
import { codeAge, consul, controlPlane, deadLetters, locks } from '../../cli/doctor/checkup.ts'
import { newestSource } from '../../cli/doctor/newest-source.ts'
import { refusedCalls } from '../../cli/doctor/refused-calls.ts'
import { catalog, services } from '../../cli/doctor/services.ts'
import type { AppState } from '../../cli/stage/app-states.ts'
import type { ServiceStatus } from '../../cli/stage/service-status.ts'
import type { Verdict } from '../../core/healing/judge.ts'
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
    [{ servers: 3, alive: 2, leader: 'a', dead: ['i-3 has ended'] }, 'warning', /2 of 3.*; i-3 has ended/],
    [{ servers: 3, alive: 2, leader: null }, 'bad', /election/],
    [{ servers: 3, alive: 0, leader: null, silent: 'late' }, 'bad', /none of 3 servers answers: late/],
  ])('Consul as %j is %s', (seen, state, text) => {
    expect(consul({ dead: [], ...seen })).toMatchObject({ state, text: expect.stringMatching(text) })
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

describe('what the doctor says of services', () => {
  const row: ServiceStatus = {
    app: 'shop',
    service: 'web',
    release: 1,
    desired: 2,
    running: 0,
    healthy: 0,
    imageId: 'ami-1',
    wrong: ['its group cannot launch: launch template lt-1 has no version 8'],
    problems: { 'i-1': 'is starting' },
  }
  const lock = { execution: 'shop-1', since: '', over: false }

  it.each<[string, ServiceStatus, AppState[], object]>([
    [
      'without instances is bad, with why its group cannot launch',
      row,
      [],
      {
        subject: 'shop/web',
        state: 'bad',
        text: '0 of 2 healthy; its group cannot launch: launch template lt-1 has no version 8; i-1 is starting',
        remedy: expect.stringContaining('nanofleet --stage dev logs shop web'),
      },
    ],
    [
      'on which a run works is a warning',
      row,
      [{ app: 'shop', state: 'deployed', lock }],
      { state: 'warning', remedy: expect.stringContaining('executions shop-1') },
    ],
    [
      'of unknown health is unknown',
      { ...row, healthy: null, wrong: ['health is unknown: Consul has no leader'], problems: {} },
      [],
      { state: 'unknown', text: 'unknown of 2 healthy; health is unknown: Consul has no leader' },
    ],
    [
      'whose page does not answer is bad although its instances are healthy',
      { ...row, healthy: 2, wrong: ['http://web/ does not answer: nobody listens there'], problems: {} },
      [],
      { state: 'bad', text: '2 of 2 healthy; http://web/ does not answer: nobody listens there' },
    ],
    [
      'with all its instances is good',
      { ...row, healthy: 2, wrong: [], problems: {} },
      [],
      { subject: 'services', state: 'good', text: 'all 1 have their healthy instances' },
    ],
  ])('one %s', (_kind, service, apps, finding) => {
    expect(services([service], apps, 'dev')).toEqual([expect.objectContaining(finding)])
  })

  const entry = {
    instanceId: 'i-1',
    id: 'i-1',
    change: 'register',
    server: 'i-c',
    reason: 'it is missing',
  } as const
  const sick: Verdict = {
    instanceId: 'i-1',
    group: 'nanofleet-dev-shop-web',
    verdict: 'hold',
    reason: 'Consul has no leader',
    seconds: 70,
    output: 'HTTP 503',
  }
  const drift = { instances: 5, servers: 3, entries: [], problems: [], sick: [] }
  it.each<[string, Parameters<typeof catalog>[0], object]>([
    ['as it should be', drift, { state: 'good' }],
    [
      'with a missing entry',
      { ...drift, entries: [entry] },
      { state: 'warning', text: '1 entries differ from EC2: i-1 (register: it is missing)' },
    ],
    [
      'with a sick instance on its way out',
      { ...drift, sick: [{ ...sick, verdict: 'replace' }] },
      { state: 'warning' },
    ],
    [
      'with a sick instance that nobody replaces',
      { ...drift, sick: [sick] },
      { state: 'bad', text: expect.stringContaining('its check says: HTTP 503') },
    ],
    ['that could not be compared', { ...drift, problems: ['no leader'] }, { state: 'bad' }],
    ['that is not there', { ...drift, servers: 0, problems: ['no leader'] }, { state: 'good' }],
  ])('and of a catalog %s', (_kind, seen, finding) => {
    expect(catalog(seen, 'dev')).toMatchObject(finding)
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
