import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { withWeb } from '../live/stage.ts'
import { sample } from '../support/seeded.ts'
import { label, type Permission, permissions } from './permissions.ts'
import { prove, type Verdict } from './proof.ts'
import { iamSettings } from './settings.ts'
import type { Step } from './step.ts'
import { allSteps, stepFor } from './steps.ts'
import { table } from './table.ts'
import { unchecked } from './unchecked.ts'
import { IamWorld } from './world.ts'

/**
 * Takes permissions away from the roles of a working stage, one at a time, and checks that some of their work
 * fails.
 */
describe('the policies of the roles', () => {
  let world: IamWorld
  let steps: Step[]
  let all: Permission[]
  beforeAll(async () => {
    world = await IamWorld.open(await withWeb())
    steps = await allSteps(world)
    all = await permissions(world.iam, world.context.stage)
  }, 300_000)
  afterAll(() => world.close())

  it('have no permission that is covered neither by a step nor by docs/iam-aws-only.md', () => {
    const open = all.filter((permission) => !unchecked(permission) && !stepFor(steps, permission))
    expect(open.map(label)).toEqual([])
  })

  it('have a use for every step', () => {
    const idle = steps.filter(({ role, covers }) => !all.some((p) => p.role === role && covers(p)))
    expect(idle.map(({ does }) => does)).toEqual([])
  })

  it('have no permission that can be taken away unnoticed', async () => {
    const { seed, count } = iamSettings()
    const chosen = sample(
      all.filter((permission) => !unchecked(permission)),
      count,
      seed,
    )
    console.info(`${chosen.length} of ${all.length} permissions; again with NANOFLEET_IAM_SEED=${seed}`)
    const healthy = new Set<Step>()
    const verdicts: Verdict[] = []
    for (const permission of chosen) {
      const step = stepFor(steps, permission)
      if (step) verdicts.push(await prove(world, permission, step, healthy))
    }
    console.info(table(verdicts))
    expect(verdicts.filter(({ outcome }) => outcome !== 'noticed')).toEqual([])
  }, 1_200_000)
})
