import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { withWeb } from '../live/stage.ts'
import { ended, start } from '../live/workflows.ts'
import { permissions, without } from './permissions.ts'
import { IamWorld, PROBE } from './world.ts'

/** What a person sees when a permission is missing: whole runs of the shipped workflows. */
describe('a run whose function lacks a permission', () => {
  let world: IamWorld
  beforeAll(async () => {
    world = await IamWorld.open(await withWeb())
  }, 300_000)
  afterAll(() => world.close())

  it.each([
    ['build', { app: 'web' }, 'PlanBuildRole', 'ec2:DescribeImages'],
    ['clean-amis', {}, 'PlanCleanAmisRole', 'ec2:DescribeSnapshots'],
    ['deploy', { app: 'web' }, 'PlanDeployRole', 'dynamodb:Query'],
    ['scale', { app: 'web', service: 'web', count: 2 }, 'PlanScaleRole', 'dynamodb:Query'],
    ['restart', { app: 'web' }, 'PlanRestartRole', 'autoscaling:DescribeAutoScalingGroups'],
    ['teardown', { app: PROBE, confirm: PROBE }, 'PlanTeardownRole', 'dynamodb:GetItem'],
  ])(
    'of %s ends clean, names the permission and holds no lock',
    async (workflow, input, role, action) => {
      const { context, iam } = world
      const all = await permissions(iam, context.stage)
      const missing = all.find((permission) => permission.role === role && permission.action === action)
      if (!missing) throw new Error(`${role} is not allowed ${action}`)
      const over = await without(iam, missing, async () =>
        ended(context, await start(context, workflow, input), 60),
      )
      expect(over).toMatchObject({
        status: 'FAILED',
        cause: expect.stringContaining(`not authorized to perform: ${action}`),
      })
      const states = (await context.workflows().history(over.arn)).map(
        (event) => event.stateEnteredEventDetails?.name,
      )
      expect(states.filter(Boolean).at(-1)).toBe('FailureClean')
      if ('app' in input) expect(await world.lockOwner(input.app)).toBeUndefined()
    },
    90_000,
  )
})
