import { PLATFORM } from './names.ts'
import type { Stage } from './stage.ts'

/** Every VPC's resolver is at this link-local address ("Understanding Amazon DNS"). */
export const VPC_RESOLVER = '169.254.169.253'

/**
 * The static addresses of the internal network load balancer: `.10` of each private subnet, in their order.
 */
export function loadBalancerAddresses(privateCidrs: readonly string[]): string[] {
  return privateCidrs.map((cidr) => {
    const [network = ''] = cidr.split('/')
    return network.replace(/\.\d+$/, '.10')
  })
}

/**
 * The servers in the image's resolv.conf: the network load balancer in front of Consul's DNS, or, for the
 * platform, which is behind that load balancer itself, the VPC's resolver.
 */
export function resolvers(app: string, stage: Pick<Stage, 'privateCidrs'>): string[] {
  return app === PLATFORM ? [VPC_RESOLVER] : loadBalancerAddresses(stage.privateCidrs)
}
