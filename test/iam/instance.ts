import { ServiceFailure } from '../../core/base/errors.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { regionOf } from '../live/stage.ts'
import type { IamWorld } from './world.ts'

/** A running instance of a service. */
export async function instanceOf(world: IamWorld, app: string, service: string) {
  const [first] = await serviceInstances(regionOf(world.context), app, service)
  if (!first) throw new ServiceFailure(`${app} has no running ${service}`)
  return first
}
