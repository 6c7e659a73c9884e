import { describe, expect, it } from '@jest/globals'
import { type AppBundle, bundleDigest } from '../../../core/base/bundle.ts'
import { NotFound } from '../../../core/base/errors.ts'
import type { ServiceSpec } from '../../../core/base/manifest-types.ts'
import { deployOrder } from '../../../core/deploy/deploy-order.ts'
import { type PlanInputs, planDeploy } from '../../../core/deploy/deploy-plan.ts'
import { effectiveCount, type Release } from '../../../core/deploy/releases.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { stackChange } from '../../../core/template/stack-change.ts'

const spec = (needs: string[] = [], other: Partial<ServiceSpec> = {}): ServiceSpec => ({
  protocol: 'http',
  port: 8080,
  needs,
  count: { desired: 2, min: 0, max: 100 },
  instanceType: 't3.micro',
  env: {},
  secrets: {},
  permissions: [],
  stateful: false,
  strategy: 'surge',
  kind: 'service',
  ...other,
})
const bundle = (services: Record<string, ServiceSpec>): AppBundle => ({
  format: 1,
  manifest: { app: 'shop', requires: ['platform'], services },
  resources: {},
  services: Object.fromEntries(
    Object.keys(services).map((name) => [
      name,
      {
        definition: JSON.stringify({ service: { name: `shop-${name}`, port: 8080 } }),
        config: {},
        source: 's',
      },
    ]),
  ),
})
const empty = { AWSTemplateFormatVersion: '2010-09-09' as const, Description: '', Resources: {} }
const unchanged = { action: 'unchanged' as const, reasons: [] }

function facts(services: Record<string, ServiceSpec>, other: Partial<PlanInputs> = {}): PlanInputs {
  const names = Object.keys(services)
  return {
    app: parsedApp(bundle(services)),
    images: new Map(names.map((name) => [name, { hash: `h-${name}`, imageId: `ami-${name}`, builtAt: '' }])),
    overrides: {},
    current: undefined,
    standing: [],
    templates: { app: 'shop', own: empty, services: {} },
    changes: { app: unchanged, services: Object.fromEntries(names.map((name) => [name, unchanged])) },
    ...other,
  }
}
const released = (release: number, made: AppBundle, images: Record<string, string>): Release => ({
  release,
  bundle: bundleDigest(made),
  services: Object.fromEntries(
    Object.entries(images).map(([name, imageId]) => [
      name,
      { hash: `h-${name}`, imageId, count: 2, definition: '' },
    ]),
  ),
  at: '',
  execution: '',
})

describe('planDeploy', () => {
  it('starts services in the order of their needs', () => {
    const plan = planDeploy(facts({ web: spec(['db']), db: spec(), mail: spec() }))
    expect(plan.waves).toEqual([['db', 'mail'], ['web']])
  })

  it('tells the workflow service what it needs to know', () => {
    const { services } = planDeploy(facts({ db: spec([], { stateful: true }) }))
    expect(services.db?.target).toEqual({
      app: 'shop',
      service: 'db',
      count: 2,
      replacement: 'in-place',
      kind: 'service',
      catalog: ['shop-db'],
    })
  })

  it('gives the first release number 1 and no release to go back to', () => {
    expect(planDeploy(facts({ web: spec() }))).toMatchObject({ release: 1, previous: 0 })
  })

  it('keeps the number of a release that runs already, and counts up for another image', () => {
    const services = { web: spec() }
    const same = released(4, bundle(services), { web: 'ami-web' })
    const other = released(4, bundle(services), { web: 'ami-old' })
    expect(planDeploy(facts(services, { current: same }))).toMatchObject({ release: 4, previous: 4 })
    expect(planDeploy(facts(services, { current: other }))).toMatchObject({ release: 5, previous: 4 })
  })

  it('goes to a kept release with the images of that release', () => {
    const services = { web: spec() }
    const kept = released(2, bundle(services), { web: 'ami-two' })
    expect(planDeploy(facts(services, { kept })).services.web?.imageId).toBe('ami-two')
  })

  it('removes services that left the manifest', () => {
    expect(planDeploy(facts({ web: spec() }, { standing: ['web', 'old'] })).removed).toEqual(['old'])
  })

  it('says which count was set by scale, and that a changed manifest replaces it', () => {
    const set = planDeploy(facts({ web: spec() }, { overrides: { web: { count: 5, manifestCount: 2 } } }))
    expect(set.services.web?.target.count).toBe(5)
    expect(set.notes).toEqual(['web: 5 instances as set by scale, not 2'])
    const replaced = planDeploy(
      facts({ web: spec() }, { overrides: { web: { count: 5, manifestCount: 3 } } }),
    )
    expect(replaced.services.web?.target.count).toBe(2)
    expect(replaced.notes).toEqual(["web: the manifest's 2 instances replace the 5 set by scale"])
  })

  it('names the interruption of a stateful service', () => {
    const changes = { app: unchanged, services: { db: { action: 'update' as const, reasons: ['ImageId'] } } }
    const plan = planDeploy(facts({ db: spec([], { stateful: true }) }, { changes }))
    expect(plan.notes).toEqual(['db keeps state: it is away while each of its instances is replaced'])
  })

  it('refuses a service without an image', () => {
    expect(() => planDeploy(facts({ web: spec() }, { images: new Map() }))).toThrow(NotFound)
  })
})

describe('deployOrder', () => {
  it('names the children on the way back differently', () => {
    const plan = planDeploy(facts({ web: spec() }))
    const request = { app: 'shop', release: 0, execution: 'run' }
    const there = deployOrder({ ...request, purpose: 'deploy' }, plan)
    const back = deployOrder({ ...request, purpose: 'undo' }, plan)
    expect(there.waves[0]?.[0]?.execution).toBe('run-web')
    expect(back.waves[0]?.[0]?.execution).toBe('run-web-undo')
    expect(back.key).not.toEqual(there.key)
  })

  it('calls fresh what has no group yet, unless it is to have no instance', () => {
    const changes = (action: 'create' | 'update') => ({
      app: { action, reasons: [] },
      services: { web: { action, reasons: [] } },
    })
    const target = (action: 'create' | 'update', count = 2) => {
      const planned = facts(
        { web: spec([], { count: { desired: count, min: 0, max: 9 } }) },
        { changes: changes(action) },
      )
      const request = { app: 'shop', release: 0, execution: 'run', purpose: 'deploy' } as const
      return deployOrder(request, planDeploy(planned)).waves[0]?.[0]?.target
    }
    expect(target('create')).toMatchObject({ count: 2, fresh: true })
    expect(target('update')).not.toHaveProperty('fresh')
    expect(target('create', 0)).not.toHaveProperty('fresh')
  })

  it('stays small for an app of a hundred services', () => {
    const services = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [`service-${index}`, spec()]),
    )
    const order = deployOrder(
      { app: 'shop', release: 0, execution: 'x'.repeat(80), purpose: 'deploy' },
      planDeploy(facts(services)),
    )
    expect(JSON.stringify(order).length).toBeLessThan(64 * 1024)
  })
})

describe('stackChange', () => {
  const standing = {
    status: 'UPDATE_COMPLETE',
    template: empty,
    parameters: { ImageId: 'ami-1', Release: '1' },
  }

  it.each([
    ['nothing stands', undefined, { ImageId: 'ami-1' }, 'create', ['it does not exist']],
    ['all is equal', standing, { ImageId: 'ami-1', Release: '2' }, 'unchanged', []],
    ['the image differs', standing, { ImageId: 'ami-2' }, 'update', ['ImageId: ami-1 → ami-2']],
    [
      'the last change failed',
      { ...standing, status: 'UPDATE_ROLLBACK_FAILED' },
      { ImageId: 'ami-1' },
      'update',
      ['its last change did not end well (UPDATE_ROLLBACK_FAILED)'],
    ],
  ] as const)('when %s', (_case, stack, parameters, action, reasons) => {
    expect(stackChange(stack, { template: empty, parameters })).toEqual({ action, reasons })
  })

  it('names the resources that come, go and change', () => {
    const before = { ...empty, Resources: { A: { Type: 'x' }, B: { Type: 'x' } } }
    const template = { ...empty, Resources: { B: { Type: 'y' }, C: { Type: 'x' } } }
    const change = stackChange(
      { ...standing, template: before },
      { template, parameters: standing.parameters },
    )
    expect(change.reasons).toEqual(['A goes', 'B changes', 'C is new'])
  })
})

describe('effectiveCount', () => {
  it.each([
    [2, undefined, 2],
    [2, { count: 5, manifestCount: 2 }, 5],
    [3, { count: 5, manifestCount: 2 }, 3],
    [2, { count: 0, manifestCount: 2 }, 0],
  ])('of %i with %j is %i', (manifest, override, count) => {
    expect(effectiveCount(manifest, override)).toBe(count)
  })
})
