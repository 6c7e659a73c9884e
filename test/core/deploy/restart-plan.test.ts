import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry } from '../../../core/base/catalog.ts'
import { type Candidate, refuseReplacement } from '../../../core/deploy/replaceable.ts'
import { planRestart } from '../../../core/deploy/restart-plan.ts'
import type { App } from '../../../core/template/parsed-app.ts'
import { SHOP_TARGET as target } from '../../support/shop-target.ts'
import { check, group, passing } from './checked-group.ts'

const spec = (needs: string[]) => ({ count: { desired: 2 }, strategy: 'surge', kind: 'service', needs })
const app = {
  bundle: { manifest: { app: 'shop', services: { web: spec(['db']), db: spec([]), log: spec([]) } } },
  definitions: { web: [], db: [], log: [] },
} as unknown as App
const members = { web: ['i-1', 'i-2'], db: ['i-3'] }
const plan = (input: { service?: string; instance?: string }, overrides = {}) =>
  planRestart({ app: 'shop', ...input }, app, overrides, members, 'run')

describe('the plan of a restart', () => {
  it('replaces what runs, in the order of a deployment', () => {
    const { waves } = plan({})
    expect(waves.map((wave) => wave.map(({ target }) => [target.service, target.replace]))).toEqual([
      [
        ['db', ['i-3']],
        ['log', undefined],
      ],
      [['web', ['i-1', 'i-2']]],
    ])
  })

  it('names the children there and back, and goes back with whatever runs then', () => {
    const [[run] = []] = plan({ service: 'web' }).waves
    expect(run).toMatchObject({ execution: 'run-web', undo: 'run-web-undo', back: { count: 2 } })
    expect(run?.back).not.toHaveProperty('replace')
  })

  it('keeps the number that was set by hand', () => {
    const [[run] = []] = plan({ service: 'web' }, { web: { count: 5, manifestCount: 2 } }).waves
    expect([run?.target.count, run?.back.count]).toEqual([5, 5])
  })

  it('replaces one instance of a service', () => {
    const { waves } = plan({ service: 'web', instance: 'i-2' })
    expect(waves.flat().map(({ target }) => target.replace)).toEqual([['i-2']])
  })

  it.each([
    [{ service: 'wep' }, 'shop: the app has no service wep; it has web, db, log'],
    [{ service: 'web', instance: 'i-3' }, 'shop/web has no instance i-3; it has i-1, i-2'],
    [{ service: 'log', instance: 'i-3' }, 'shop/log has no instance i-3; it has none'],
  ])('refuses %j', (input, sentence) => {
    expect(() => plan(input)).toThrow(sentence)
  })
})

describe('a service whose instances a restart names', () => {
  it('replaces a healthy instance that a restart names, and is done once its successor is there', async () => {
    const wanted = { ...target, replace: ['i-1'] }
    expect(await check({}, wanted)).toMatchObject({ action: 'set', desired: 2 })
    const two = {
      ...group,
      desired: 2,
      members: [...group.members, { id: 'i-2', stage: 'serving' as const, current: true }],
    }
    const targetGroups: string[] = []
    const waiting = await check({ group: { ...two, targetGroups } }, wanted)
    expect(waiting).toMatchObject({ action: 'wait', why: expect.stringMatching(/^i-2: /) })
    const health = () => [passing, { ...passing, instanceId: 'i-2' }]
    expect(await check({ group: { ...two, targetGroups }, health }, wanted)).toMatchObject({
      action: 'retire',
      instances: ['i-1'],
    })
    const after = { ...group, members: two.members.slice(1), targetGroups }
    expect(await check({ group: after, health }, wanted)).toEqual({ action: 'done' })
  })

  it('ends a stateful instance that a restart names before its successor starts', async () => {
    const wanted = { ...target, replacement: 'in-place' as const, replace: ['i-1'] }
    expect(await check({}, wanted)).toMatchObject({ action: 'retire', instances: ['i-1'] })
  })

  it('replaces Consul servers that a restart names one at a time', async () => {
    const three = ['i-1', 'i-2', 'i-3'].map((id) => ({ id, stage: 'serving' as const, current: true }))
    const wanted = { ...target, count: 3, replacement: 'quorum' as const, replace: ['i-1', 'i-2', 'i-3'] }
    const standing = { ...group, desired: 3, members: three, targetGroups: [] }
    expect(await check({ group: standing }, wanted)).toMatchObject({ action: 'set', desired: 4 })
    const members = [...three, { id: 'i-4', stage: 'serving' as const, current: true }]
    const health = () => members.map(({ id }) => ({ ...passing, instanceId: id }))
    const grown = await check({ group: { ...standing, desired: 4, members }, health }, wanted)
    expect(grown).toMatchObject({ action: 'retire', instances: ['i-1'] })
  })
})

describe('giving one instance back', () => {
  const one = (id: string, state: CatalogEntry['status'] | 'unknown' | 'none', more = {}): Candidate => ({
    id,
    stage: 'serving',
    consul: { state },
    ...more,
  })
  const refuse = (force: boolean, ...among: Candidate[]) => refuseReplacement('i-1', among, 'shop/web', force)

  it.each<[string, Candidate[]]>([
    ['while another one is healthy', [one('i-1', 'passing'), one('i-2', 'passing')]],
    ['if it is sick, even as the only one', [one('i-1', 'critical')]],
    ['if it still starts', [one('i-1', 'passing', { stage: 'starting' })]],
    [
      'if only the load balancer calls it sick',
      [one('i-1', 'passing', { balancer: { state: 'unhealthy' } })],
    ],
    ['beside one that nobody discovers', [one('i-1', 'unknown'), one('i-2', 'none')]],
  ])('is allowed %s', (_when, among) => {
    expect(() => refuse(false, ...among)).not.toThrow()
  })

  const healthyAtBoth = { balancer: { state: 'healthy' } }
  it.each<[string, Candidate[]]>([
    ['it is the last healthy instance of shop/web', [one('i-1', 'passing'), one('i-2', 'critical')]],
    [
      'it is the last healthy instance of shop/web',
      [one('i-1', 'passing', healthyAtBoth), one('i-2', 'passing', { balancer: { state: 'unhealthy' } })],
    ],
    [
      'it is the last healthy instance of shop/web',
      [one('i-1', 'none'), one('i-2', 'passing', { stage: 'leaving' })],
    ],
    [
      'nobody can say whether another instance of shop/web is healthy',
      [one('i-1', 'unknown'), one('i-2', 'unknown')],
    ],
    [
      'nobody can say whether another instance of shop/web is healthy',
      [one('i-1', 'passing', { balancer: { state: 'unknown' } })],
    ],
  ])('is refused because %s, unless it is forced', (problem, among) => {
    expect(() => refuse(false, ...among)).toThrow(`replace i-1: ${problem}; pass --force to replace it`)
    expect(() => refuse(true, ...among)).not.toThrow()
  })

  it.each([
    ['standby', 'it is in Standby'],
    ['leaving', 'it is leaving'],
    ['gone', 'it is leaving'],
  ])('is refused in the state %s, forced or not', (stage, problem) => {
    expect(() => refuse(true, one('i-1', 'passing', { stage }), one('i-2', 'passing'))).toThrow(problem)
    expect(() => refuse(true)).toThrow('it is leaving')
  })
})
