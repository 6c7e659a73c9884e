import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { label, type Permission, permissions } from '../support/iam-permissions.ts'
import { prove, type Verdict } from '../support/iam-proof.ts'
import { iamSettings } from '../support/iam-settings.ts'
import type { Step } from '../support/iam-step.ts'
import { allSteps, stepFor } from '../support/iam-steps.ts'
import { table } from '../support/iam-table.ts'
import { unchecked } from '../support/iam-unchecked.ts'
import { IamWorld } from '../support/iam-world.ts'
import { withWeb } from '../support/live-stage.ts'
import { sample } from '../support/seeded.ts'

/** Takes permissions away from the roles of a working stage, one at a time, and looks whether work of theirs fails. */
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

  it('hold no permission that neither a step nor docs/iam-aws-only.md accounts for', () => {
    const open = all.filter((permission) => !unchecked(permission) && !stepFor(steps, permission))
    expect(open.map(label)).toEqual([])
  })

  it('have a use for every step', () => {
    const idle = steps.filter(({ role, covers }) => !all.some((p) => p.role === role && covers(p)))
    expect(idle.map(({ does }) => does)).toEqual([])
  })

  it('allow nothing that can be taken away unnoticed', async () => {
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
