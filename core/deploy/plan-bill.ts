import type { Template } from '../base/cloudformation.ts'
import { NotFound } from '../base/errors.ts'
import type { Stage } from '../base/stage.ts'
import { type Bill, together } from '../prices/bill.ts'
import { appTemplates } from '../template/app-templates.ts'
import type { Outputs } from '../template/parameters.ts'
import type { App } from '../template/parsed-app.ts'
import { wantedAppStack } from '../template/wanted-stacks.ts'
import { billOf } from './billed.ts'
import type { PlanFacts } from './plan-facts.ts'
import { present } from './present.ts'
import { effectiveCount, type ScaleOverride } from './releases.ts'

/** What AWS bills before a deployment and after it. */
export interface PlanBill {
  before: Bill
  after: Bill
}

/** Includes the platform if the deployment has to bring it up first. */
export function planBill(facts: Omit<PlanFacts, 'images' | 'others' | 'platform' | 'standing'>): PlanBill {
  const { app, running, brought, overrides, stage } = facts
  const bill = (each: App | undefined, counts: Record<string, ScaleOverride> = {}): Bill =>
    each ? appBill(each, stage, counts, facts.stacks.outputs.platform) : together()
  return { before: bill(running, overrides), after: together(bill(app, overrides), bill(brought)) }
}

function appBill(
  app: App,
  stage: Stage,
  overrides: Record<string, ScaleOverride>,
  platform: Outputs | undefined,
): Bill {
  const { app: name, own, services } = appTemplates(app, stage)
  const specs = app.bundle.manifest.services
  const counted = Object.entries(services).map(([service, template]) => {
    const count = effectiveCount(specs[service]?.count.desired ?? 0, overrides[service])
    return [service, { template, count }] as const
  })
  const there = present(own, parametersOf(stage, name, own, platform), stage.region)
  return billOf({ app: name, own: there, services: Object.fromEntries(counted) }, stage.zones.length)
}

/** As far as they are known: the platform may still be missing. */
function parametersOf(stage: Stage, app: string, own: Template, platform: Outputs | undefined) {
  try {
    return wantedAppStack(stage, app, own, platform).parameters
  } catch (error) {
    if (error instanceof NotFound) return {}
    throw error
  }
}
