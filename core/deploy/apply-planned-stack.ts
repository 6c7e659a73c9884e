import { NotFound } from '../base/errors.ts'
import { appStack } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import { appTemplate } from '../template/app.ts'
import { bringStack, type StackStep, standingStack } from '../template/bring-stack.ts'
import type { App } from '../template/parsed-app.ts'
import { serviceTemplate } from '../template/service.ts'
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
  bundles: { read(app: string, digest: string): Promise<App> }
  /** Where plans are stored. */
  runs: { read(execution: string, name: string): Promise<unknown> }
}

/**
 * Starts bringing one stack of a plan to its template, with the current outputs of the stacks before it.
 * @throws {NotFound} when one of those is missing
 */
export async function applyPlannedStack(ports: ApplyPorts, request: StackRequest): Promise<StackStep> {
  const { stage, stacks, bundles, runs } = ports
  const plan = (await runs.read(request.plan.execution, request.plan.name)) as DeployPlan
  const app = await bundles.read(plan.app, plan.bundle)
  // Those of the platform itself are the same as its app's, so they do no harm there.
  const platform = await platformOutputs(stage, stacks)
  if (request.service === undefined) {
    const wanted = wantedAppStack(stage, plan.app, appTemplate(app, stage), platform)
    if (request.step === 'final' || plan.removed.length === 0) return await bringStack(stacks, wanted)
    const standing = await standingStack(stacks, await stacks.find(wanted.name))
    return await bringStack(stacks, withLeavingGroups(wanted, standing, plan.removed, { stage, platform }))
  }
  const { service } = request
  const planned = plan.services[service]
  if (!planned) throw new NotFound(`${plan.app}: the plan has no service ${service}`)
  const outputs = (await stacks.find(appStack(stage.name, plan.app)))?.outputs
  const { imageId } = planned
  const { release } = plan
  const template = serviceTemplate({ bundle: app.bundle, service, stage })
  const sources = { platform, app: outputs, imageId, release }
  return await bringStack(stacks, wantedServiceStack(stage, { app: plan.app, service }, template, sources))
}
