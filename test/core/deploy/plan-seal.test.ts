import { describe, expect, it } from '@jest/globals'
import { hasChanges, planDeploy } from '../../../core/deploy/deploy-plan.ts'
import { PlanSeal, refuseMoved, sealOf } from '../../../core/deploy/plan-seal.ts'
import type { StandingStack } from '../../../core/template/stack-change.ts'
import { stage } from '../../support/stage.ts'
import { bundle, empty, facts, released, spec, unchanged } from './plan-inputs.ts'

const standing = (value = 'a'): StandingStack => ({
  status: 'UPDATE_COMPLETE',
  template: { ...empty, Description: value },
  parameters: {},
})
const templates = { app: 'shop', own: empty, services: {} }
const world = {
  stage,
  platform: templates,
  brought: undefined,
  stacks: { own: standing(), services: { web: standing() }, outputs: { app: {}, platform: {} } },
}
const plan = planDeploy(
  facts({ web: spec() }, { current: released(4, bundle({ web: spec() }), { web: 'ami-old' }) }),
)
const seal = (other: Partial<typeof world> = {}, planned = plan, made = templates): PlanSeal =>
  sealOf({ ...world, ...other }, made, planned)
const web = plan.services.web
if (!web) throw new Error('there is no web')
const withWeb = (other: object) => ({ ...plan, services: { web: { ...web, ...other } } })
const scaled = withWeb({ target: { ...web.target, count: 5 } })

describe('a plan that is to be carried out', () => {
  it('is carried out where nothing moved, and is small and closed in an input', () => {
    expect(() => refuseMoved('shop', seal(), seal(), false)).not.toThrow()
    expect(PlanSeal.parse(JSON.parse(JSON.stringify(seal())))).toEqual(seal())
    expect(PlanSeal.safeParse({ ...seal(), more: 1 }).success).toBe(false)
  })

  it('is made anew for the services that it was for', () => {
    const now = seal({}, { ...plan, bundle: 'b2' })
    const refuse = () => refuseMoved('shop', seal(), now, false, ['web', 'db'])
    expect(refuse).toThrow('make a new plan with "nanofleet deploy shop web db --dry-run --out FILE"')
  })

  const changed = { ...templates, own: { ...empty, Description: 'other' } }
  const lost = {
    name: 'Orders',
    type: 't',
    id: 'o',
    fate: 'deleted' as const,
    because: [],
    holds: { missing: true as const },
  }
  it.each<[string, PlanSeal, string]>([
    ['another version', seal({}, { ...plan, bundle: 'b2' }), 'another version of shop was pushed'],
    ['a deployment', seal({}, { ...plan, previous: 5 }), 'shop went to release 5'],
    ['a removal', seal({}, { ...plan, previous: 0 }), 'shop was removed'],
    ['a scale', seal({}, scaled), 'web is to have 5 instances, not 2'],
    ['an image', seal({}, withWeb({ imageId: 'ami-2' })), 'the image of web is ami-2, not ami-web'],
    [
      'a removed image',
      seal({}, withWeb({ imageId: 'image to be built' })),
      'the image of web is image to be built, not ami-web',
    ],
    ['a source', seal({}, withWeb({ hash: 'h2' })), 'the image of web is ami-web, not ami-web'],
    [
      'a changed stack',
      seal({ stacks: { ...world.stacks, own: standing('b') } }),
      'the stack nanofleet-dev-shop was changed',
    ],
    [
      'a stack that is gone',
      seal({ stacks: { ...world.stacks, services: {} as typeof world.stacks.services } }),
      'the stack nanofleet-dev-shop-web is gone',
    ],
    ['another platform', seal({ platform: changed }), 'the platform was changed'],
    ['no platform', seal({ brought: facts({ web: spec() }).app as never }), 'the platform is gone'],
    ['another control plane', seal({}, plan, changed), 'the control plane came to make other stacks of it'],
    ['a loss', seal({}, { ...plan, losses: [lost] }), 'data that goes: now Orders, then nothing'],
    [
      'a service that left',
      seal({}, { ...plan, removed: ['old'] }),
      'services that go: now old, then nothing',
    ],
  ])('is refused after %s', (_what, now, moved) => {
    expect(() => refuseMoved('shop', seal(), now, false)).toThrow(
      `plan of shop: since it was made, ${moved}; nothing was changed; make a new plan with "nanofleet deploy shop --dry-run --out FILE"`,
    )
  })

  it('says everything that moved in one sentence', () => {
    const now = seal({}, { ...scaled, previous: 5, bundle: 'b2' }, changed)
    expect(() => refuseMoved('shop', seal(), now, false)).toThrow(
      /since it was made, another version of shop was pushed; shop went to release 5; web is to have 5 instances, not 2; nothing/,
    )
  })

  it('may build the images that were still to be built, and bring up the platform that it named', () => {
    const planned = seal(
      { brought: facts({ web: spec() }).app as never },
      withWeb({ imageId: 'image to be built' }),
    )
    expect(() => refuseMoved('shop', planned, seal(), true)).not.toThrow()
    expect(() => refuseMoved('shop', planned, seal(), false)).toThrow('the platform was deployed')
    const other = seal({}, withWeb({ hash: 'h2' }))
    expect(() => refuseMoved('shop', planned, other, true)).toThrow(
      'the image of web is ami-web, not image to be built',
    )
  })
})

describe('a plan', () => {
  const same = { ...plan, previous: plan.release }
  const update = { action: 'update' as const, reasons: ['x'] }
  it.each([
    ['nothing', same, false],
    ['another release', plan, true],
    ['its own stack', { ...same, stack: update }, true],
    ['a stack of a service', { ...same, services: { web: { ...web, change: update } } }, true],
    ['a service that goes', { ...same, removed: ['old'] }, true],
  ])('changes %s: %#', (_what, planned, changes) => {
    expect(hasChanges({ ...planned, stack: planned.stack ?? unchanged })).toBe(changes)
  })
})
