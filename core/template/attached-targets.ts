import type { Resource } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import { didYouMean } from '../base/suggest.ts'
import type { AttachedTargets } from './network-edges.ts'

export interface AttachedTargetGroup extends AttachedTargets {
  /** Logical id of the target group in the app's stack. */
  resource: string
  /** Output of the app's stack and parameter of the service's stack that carries its ARN. */
  output: string
}

/**
 * Target groups of an app's own resources whose `Metadata: {Nanofleet: {Service: <name>}}` says which
 * service's instances they hold: the Auto Scaling group of that service registers them.
 */
export function attachedTargets(resources: Record<string, Resource>): AttachedTargetGroup[] {
  return Object.entries(resources).flatMap(([resource, { Type, Metadata, Properties }]) => {
    const mark = Metadata?.Nanofleet as { Service?: string } | undefined
    if (Type !== 'AWS::ElasticLoadBalancingV2::TargetGroup' || mark?.Service === undefined) return []
    return [
      {
        resource,
        output: `${resource}Arn`,
        service: mark.Service,
        port: Number(Properties?.Port),
        protocol: String(Properties?.Protocol),
      },
    ]
  })
}

/** Wrong marks in `file`: a service that the app does not have, a target group without a port. */
export function badAttachments(
  resources: Record<string, Resource>,
  services: readonly string[],
  file: string,
): InvalidInput[] {
  return attachedTargets(resources).flatMap(({ resource, service, port }) => {
    const place = `${file}: Resources.${resource}`
    if (!services.includes(service)) {
      return [new InvalidInput(place, `no service "${service}" in the app`, didYouMean(service, services))]
    }
    if (Number.isInteger(port)) return []
    return [new InvalidInput(place, 'has no port in numbers, which the security group of the service needs')]
  })
}
