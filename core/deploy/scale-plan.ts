import { InvalidInput, NotFound } from '../base/errors.ts'
import { childName } from '../base/execution-name.ts'
import type { App } from '../template/parsed-app.ts'
import type { ScaleInput } from './deploy-input.ts'
import { type ServiceTarget, serviceTarget } from './deploy-plan.ts'
import { effectiveCount, type ScaleOverride } from './releases.ts'

export interface ScalePlan {
  target: ServiceTarget
  /** The number that counted until now. */
  before: number
  /** What is recorded once the number is reached. */
  override: ScaleOverride
  /** Names of the child executions there and back. */
  execution: string
  undo: string
}

/**
 * What setting a service's number of instances by hand takes. 0 is always allowed.
 * @param pushed the app as in the current release
 * @throws {NotFound} for an unknown service, {InvalidInput} for a number outside the manifest's limits
 */
export function planScale(
  { app, service, count }: ScaleInput,
  pushed: App,
  overrides: Record<string, ScaleOverride>,
  execution: string,
): ScalePlan {
  const { manifest } = pushed.bundle
  const spec = manifest.services[service]
  if (!spec) {
    const known = Object.keys(manifest.services).join(', ')
    throw new NotFound(`${app}: the app has no service ${service}; it has ${known}`)
  }
  const { desired, min, max } = spec.count
  if (count !== 0 && (count < min || count > max))
    throw new InvalidInput(
      'input of scale',
      `count ${count} is not within ${min} to ${max}`,
      `choose another one or change services.${service}.count of images/${app}/app.yml`,
    )
  return {
    target: serviceTarget(pushed, service, count),
    before: effectiveCount(desired, overrides[service]),
    override: { count, manifestCount: desired },
    execution: childName(execution, service),
    undo: childName(execution, `${service}-undo`),
  }
}
