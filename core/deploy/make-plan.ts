import { refuseMissingPaths } from '../proof/network-proof.ts'
import { appChanges } from '../template/app-changes.ts'
import { appTemplates } from '../template/app-templates.ts'
import { refuseClashes } from '../template/clashes.ts'
import type { App } from '../template/parsed-app.ts'
import { refuseConsulJump } from './consul-step.ts'
import { type DeployPlan, planDeploy } from './deploy-plan.ts'
import { planBill } from './plan-bill.ts'
import type { DataPlan } from './plan-data.ts'
import type { PlanFacts } from './plan-facts.ts'
import { type PlanSeal, sealOf } from './plan-seal.ts'

/**
 * Makes the plan of a deployment from facts. What cannot work is refused before anything is created.
 * @param data what becomes of data
 * @throws {InvalidInput} when a service takes what a deployed app has, the app's template is too large for a
 * stack, the network lacks a path that is needed, or Consul would move too far
 * @throws {NotFound} when a service has no image and none is on the way
 */
export function makePlan(facts: PlanFacts, data?: DataPlan): DeployPlan & { seal: PlanSeal } {
  const { stage, app, others, platform, stacks, current } = facts
  refuseConsulJump(app.bundle, current)
  const tenant = ({ bundle, definitions }: App) => ({ ...bundle, definitions })
  refuseClashes([tenant(app)], others.map(tenant))
  const templates = appTemplates(app, stage)
  refuseMissingPaths({
    stage,
    app: app.bundle,
    // A new platform must give every deployed app its paths, too.
    compiled: platform
      ? [platform, templates]
      : [templates, ...others.map((each) => appTemplates(each, stage))],
    paths: platform ? [app] : [app, ...others],
  })
  const changes = appChanges(stage, templates, stacks, imageIds(facts), current?.release ?? 0)
  const plan = planDeploy({ ...facts, templates, changes, bill: planBill(facts), ...(data && { data }) })
  return { ...plan, seal: sealOf(facts, templates, plan) }
}

function imageIds({ app, kept, images }: { app: App } & Pick<PlanFacts, 'kept' | 'images'>) {
  return new Map(
    Object.keys(app.bundle.manifest.services).map((name) => [
      name,
      (kept?.services[name] ?? images.get(name))?.imageId,
    ]),
  )
}
