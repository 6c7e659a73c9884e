import type { Permission } from './permissions.ts'
import type { Step } from './step.ts'
import { appSteps } from './steps/apps.ts'
import { dataSteps } from './steps/data.ts'
import { fleetSteps } from './steps/fleet.ts'
import { healingSteps } from './steps/healing.ts'
import { imageSteps } from './steps/images.ts'
import { jobSteps } from './steps/jobs.ts'
import { planSteps } from './steps/plans.ts'
import { recordSteps } from './steps/records.ts'
import { restoreSteps } from './steps/restores.ts'
import { serverSteps } from './steps/servers.ts'
import { settingSteps } from './steps/settings.ts'
import { stackSteps } from './steps/stacks.ts'
import { workflowSteps } from './steps/workflows.ts'
import type { IamWorld } from './world.ts'

/** All steps of all roles. */
export const allSteps = async (world: IamWorld): Promise<Step[]> => [
  // Before the plans: one permission of both is narrower there.
  ...dataSteps,
  ...restoreSteps,
  ...settingSteps,
  ...planSteps,
  ...appSteps,
  ...recordSteps,
  ...stackSteps,
  ...imageSteps,
  ...fleetSteps,
  ...healingSteps,
  ...jobSteps,
  ...serverSteps,
  ...(await workflowSteps(world)),
]

/** The step that needs a permission; undefined when none does. */
export const stepFor = (steps: Step[], permission: Permission): Step | undefined =>
  steps.find(({ role, covers }) => role === permission.role && covers(permission))
