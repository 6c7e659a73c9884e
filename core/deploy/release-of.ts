import type { AppBundle, ServiceBundle } from '../base/bundle.ts'
import { sha256 } from '../base/canonical.ts'
import type { DeployPlan } from './deploy-plan.ts'
import type { Release } from './releases.ts'

/** The record of what a plan brought up. */
export function releaseOf(plan: DeployPlan, bundle: AppBundle, execution: string, now: Date): Release {
  const services = Object.entries(plan.services).map(([service, { hash, imageId, target }]) => {
    const { definition: text = null, consul } = bundle.services[service] as ServiceBundle
    const definition = text === null ? '' : sha256(text)
    const version = consul === undefined ? {} : { consul }
    return [service, { hash, imageId, count: target.count, definition, ...version }] as const
  })
  return {
    release: plan.release,
    bundle: plan.bundle,
    services: Object.fromEntries(services),
    at: now.toISOString(),
    execution,
  }
}
