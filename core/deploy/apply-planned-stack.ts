import type { AppBundle } from '../base/bundle.ts'
import { NotFound } from '../base/errors.ts'
import { appStack } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import { bringStack, type StackStep, standingStack } from '../template/bring-stack.ts'
import type { Stacks } from '../template/stacks.ts'
import { wantedAppStack, wantedServiceStack, withLeavingGroups } from '../template/wanted-stacks.ts'
import type { PlanKey } from './deploy-order.ts'
import type { DeployPlan } from './deploy-plan.ts'
import { platformOutputs } from './plan-facts.ts'

/** One stack of a plan: that of a service, or the app's own one. */
export interface StackRequest {
  plan: PlanKey
  service?: string
  /** The app's own stack: `transition` keeps the groups of services that are still to be removed. */
  step?: 'transition' | 'final'
}

export interface ApplyPorts {
  stage: Stage
  stacks: Stacks
  bundles: { read(app: string, digest: string): Promise<{ bundle: AppBundle }> }
  /** Where plans lie. */
  runs: { read(execution: string, name: string): Promise<unknown> }
}

/**
 * Starts what brings one stack of a plan to its template, with the values that the stacks before it give now.
 * @throws {NotFound} when one of those is missing
 */
export async function applyPlannedStack(ports: ApplyPorts, request: StackRequest): Promise<StackStep> {
  const { stage, stacks, bundles, runs } = ports
  const plan = (await runs.read(request.plan.execution, request.plan.name)) as DeployPlan
  const { bundle } = await bundles.read(plan.app, plan.bundle)
  const own = plan.app === 'platform'
  const platform = own ? undefined : await platformOutputs(stage, stacks)
  if (request.service === undefined) {
    const wanted = wantedAppStack(stage, bundle, platform)
    if (request.step === 'final' || plan.removed.length === 0) return await bringStack(stacks, wanted)
    const standing = await standingStack(stacks, await stacks.find(wanted.name))
    return await bringStack(stacks, withLeavingGroups(wanted, standing, plan.removed))
  }
  const planned = plan.services[request.service]
  if (!planned) throw new NotFound(`${plan.app}: the plan has no service ${request.service}`)
  const app = (await stacks.find(appStack(stage.name, plan.app)))?.outputs
  const { imageId } = planned
  const { release } = plan
  return await bringStack(
    stacks,
    wantedServiceStack(stage, bundle, request.service, { platform, app, imageId, release }),
  )
}
