import { describe, expect, it } from '@jest/globals'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { NotFound } from '../../../core/base/errors.ts'
import { deployOrder } from '../../../core/deploy/deploy-order.ts'
import { planDeploy, serviceTarget } from '../../../core/deploy/deploy-plan.ts'
import { effectiveCount } from '../../../core/deploy/releases.ts'
import { bundle, empty, facts, released, spec, unchanged } from './plan-inputs.ts'

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

  it('refuses a service that the app does not have', () => {
    expect(() => serviceTarget(facts({ web: spec() }).app, 'wep', 1)).toThrow(
      new NotFound('shop: the app has no service wep'),
    )
  })

  it('refuses a service without an image', () => {
    expect(() => planDeploy(facts({ web: spec() }, { images: new Map() }))).toThrow(NotFound)
  })
})

describe('what a plan shows to a person', () => {
  const resource = (Type: string, Properties = {}) => ({ Type, Properties })
  const rule = { IpProtocol: 'tcp', FromPort: 8080, Description: 'web needs db' }
  const appTemplate = {
    ...empty,
    Resources: {
      DbIngress: resource('AWS::EC2::SecurityGroupIngress', rule),
      WebEgress: resource('AWS::EC2::SecurityGroupEgress', rule),
    },
  }

  it('is who may reach whom', () => {
    const templates = { app: 'shop', own: appTemplate, services: {} }
    expect(planDeploy(facts({ web: spec() }, { templates })).edges).toEqual([
      'DbIngress (tcp 8080): web needs db',
    ])
  })

  it('is every service that goes, in the order of their names', () => {
    const standing = ['web', 'old', 'gone']
    expect(planDeploy(facts({ web: spec() }, { standing })).removed).toEqual(['gone', 'old'])
  })

  it('is a new number when the app changed or one of its images', () => {
    const services = { web: spec(), db: spec() }
    const images = { web: 'ami-web', db: 'ami-db' }
    const number = (made: AppBundle, of: Record<string, string>) =>
      planDeploy(facts(services, { current: released(4, made, of) })).release
    expect(number(bundle(services), images)).toBe(4)
    expect(number(bundle({ web: spec() }), images)).toBe(5)
    expect(number(bundle(services), { ...images, db: 'ami-old' })).toBe(5)
    expect(number(bundle(services), { web: 'ami-web' })).toBe(5)
  })

  it('is no note about a service that keeps no state, or that is not changed', () => {
    const update = { action: 'update' as const, reasons: [] }
    const noted = (stateful: boolean, change: typeof update | typeof unchanged) =>
      planDeploy(
        facts({ db: spec([], { stateful }) }, { changes: { app: unchanged, services: { db: change } } }),
      ).notes.length
    expect([noted(true, update), noted(true, unchanged), noted(false, update)]).toEqual([1, 0, 0])
  })
})

describe('deployOrder', () => {
  it('is what the states of the workflow need', () => {
    const plan = planDeploy(facts({ web: spec(['db']), db: spec() }, { standing: ['old'] }))
    const order = deployOrder({ execution: 'run', purpose: 'deploy' }, plan)
    expect(order).toEqual({
      key: { execution: 'run', name: 'deploy' },
      bill: plan.bill,
      release: 1,
      previous: 0,
      services: ['web', 'db'],
      waves: [
        [{ execution: 'run-db', target: plan.services.db?.target }],
        [{ execution: 'run-web', target: plan.services.web?.target }],
      ],
      removed: [
        {
          execution: 'run-old',
          target: {
            app: 'shop',
            service: 'old',
            count: 0,
            replacement: 'surge',
            kind: 'service',
            catalog: [],
          },
        },
      ],
      losses: [],
      takenUp: [],
      restored: [],
      kafka: false,
      teardown: 'run-teardown',
    })
    const dry = deployOrder({ execution: 'run', purpose: 'dry-run' }, plan)
    expect(dry).toMatchObject({ key: { name: 'dry-run' }, plan })
  })

  it('names the children on the way back differently', () => {
    const plan = planDeploy(facts({ web: spec() }))
    const request = { execution: 'run' }
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
      const request = { execution: 'run', purpose: 'deploy' } as const
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
    const order = deployOrder({ execution: 'x'.repeat(80), purpose: 'deploy' }, planDeploy(facts(services)))
    expect(JSON.stringify(order).length).toBeLessThan(64 * 1024)
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
