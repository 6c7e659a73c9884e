import { label, type Permission, without } from './permissions.ts'
import type { Step } from './step.ts'
import type { IamWorld } from './world.ts'

/** What happened to a step while its role lacked one permission. */
export interface Verdict {
  permission: string
  step: string
  /** `noticed`: it failed as it should. */
  outcome: 'noticed' | 'not noticed' | 'failed for another reason' | 'fails with the whole policy'
  detail: string
  seconds: number
}

/**
 * Runs a step with the whole policy, then without one permission of it.
 * @param healthy steps known to succeed; each is tried once
 */
export async function prove(
  world: IamWorld,
  permission: Permission,
  step: Step,
  healthy: Set<Step>,
): Promise<Verdict> {
  const started = performance.now()
  const verdict = (outcome: Verdict['outcome'], detail = ''): Verdict => ({
    permission: label(permission),
    step: step.does,
    outcome,
    detail,
    seconds: (performance.now() - started) / 1000,
  })
  if (!healthy.has(step)) {
    const problem = await attempt(world, step)
    if (problem) return verdict('fails with the whole policy', problem)
    healthy.add(step)
  }
  const problem = await attempt(world, step, permission)
  if (problem === undefined) return verdict('not noticed')
  const named = problem.includes(`not authorized to perform: ${permission.action}`)
  return named ? verdict('noticed', problem) : verdict('failed for another reason', problem)
}

/** The problem with which a step ended. Only its run happens without the permission. */
async function attempt(world: IamWorld, step: Step, missing?: Permission): Promise<string | undefined> {
  try {
    await step.prepare?.(world)
    const run = () => step.run(world)
    await (missing ? without(world.iam, missing, run) : run())
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await step.tidy?.(world)
  }
}
