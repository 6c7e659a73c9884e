import type { AppBundle } from '../base/bundle.ts'
import { sha256 } from '../base/canonical.ts'
import type { DeployPlan } from './deploy-plan.ts'
import type { Release } from './releases.ts'

/** The record of what a plan brought up. */
export function releaseOf(plan: DeployPlan, bundle: AppBundle, execution: string, now: Date): Release {
  const services = Object.entries(plan.services).map(([service, { hash, imageId, target }]) => {
    const text = bundle.services[service]?.definition ?? null
    const definition = text === null ? '' : sha256(text)
    return [service, { hash, imageId, count: target.count, definition }] as const
  })
  return {
    release: plan.release,
    bundle: plan.bundle,
    services: Object.fromEntries(services),
    at: now.toISOString(),
    execution,
  }
}
