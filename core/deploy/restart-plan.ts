import { NotFound } from '../base/errors.ts'
import { childName } from '../base/execution-name.ts'
import type { ServiceSpec } from '../base/manifest-types.ts'
import { waves } from '../manifest/waves.ts'
import type { App } from '../template/parsed-app.ts'
import type { RestartInput } from './deploy-input.ts'
import { type ServiceTarget, serviceTarget } from './deploy-plan.ts'
import { effectiveCount, type ScaleOverride } from './releases.ts'

/** The restart of one service. */
interface RestartRun {
  target: ServiceTarget
  /** The same service with whatever instances it has, for the way back. */
  back: ServiceTarget
  /** Names of the child executions there and back. */
  execution: string
  undo: string
}

/** The order of a deployment: a wave starts when the one before is healthy again. */
export interface RestartPlan {
  waves: RestartRun[][]
}

/**
 * What replacing the instances of an app, of one of its services, or one instance takes. The instances are
 * named, so a repeated step does not replace their successors too.
 * @param pushed the app as in the current release
 * @param members ids of the instances of each service that are not leaving
 * @throws {NotFound} for an unknown service, or an instance that is not one of it
 */
export function planRestart(
  { app, service, instance }: RestartInput,
  pushed: App,
  overrides: Record<string, ScaleOverride>,
  members: Record<string, string[]>,
  execution: string,
): RestartPlan {
  const { manifest } = pushed.bundle
  const known = Object.keys(manifest.services)
  if (service !== undefined && !known.includes(service))
    throw new NotFound(`${app}: the app has no service ${service}; it has ${known.join(', ')}`)
  const run = (name: string): RestartRun => {
    const here = members[name] ?? []
    if (instance !== undefined && !here.includes(instance))
      throw new NotFound(`${app}/${name} has no instance ${instance}; it has ${here.join(', ') || 'none'}`)
    const replace = instance === undefined ? here : [instance]
    const { desired } = (manifest.services[name] as ServiceSpec).count
    const count = effectiveCount(desired, overrides[name])
    const back = serviceTarget(pushed, name, count)
    return {
      target: replace.length > 0 ? { ...back, replace } : back,
      back,
      execution: childName(execution, name),
      undo: childName(execution, `${name}-undo`),
    }
  }
  const wanted = (name: string): boolean => service === undefined || name === service
  const order = waves(manifest).map((wave) => wave.filter(wanted).map(run))
  return { waves: order.filter((wave) => wave.length > 0) }
}
