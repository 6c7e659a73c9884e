import type { Permission } from './iam-permissions.ts'
import type { Step } from './iam-step.ts'
import { fleetSteps } from './iam-steps-fleet.ts'
import { imageSteps } from './iam-steps-images.ts'
import { planSteps } from './iam-steps-plans.ts'
import { recordSteps } from './iam-steps-records.ts'
import { stackSteps } from './iam-steps-stacks.ts'
import { workflowSteps } from './iam-steps-workflows.ts'
import type { IamWorld } from './iam-world.ts'

/** All steps of all roles. */
export const allSteps = async (world: IamWorld): Promise<Step[]> => [
  ...planSteps,
  ...recordSteps,
  ...stackSteps,
  ...imageSteps,
  ...fleetSteps,
  ...(await workflowSteps(world)),
]

/** The step that needs a permission; undefined when none does. */
export const stepFor = (steps: Step[], permission: Permission): Step | undefined =>
  steps.find(({ role, covers }) => role === permission.role && covers(permission))
