import { AutoScalingFleet } from '../../adapters/aws/autoscaling.ts'
import { Ec2Instances } from '../../adapters/aws/ec2-instances.ts'
import { targetStates } from '../../adapters/aws/load-balancing.ts'
import { consulDoor } from '../../adapters/consul/lambda-calls.ts'
import type { ConsulServer } from '../../core/base/catalog.ts'
import type { HealthSources } from '../../core/deploy/check-service.ts'
import type { Fleet } from '../../core/deploy/fleet.ts'
import { runningServers } from '../../core/registration/evidence.ts'
import type { Context } from '../context.ts'

/**
 * The sources of a stage's status: one door, so that questions travel together, and one list of servers for
 * all.
 */
export interface StageSources extends HealthSources {
  fleet: Pick<Fleet, 'group'>
}

/** @param vpcId from the control plane's outputs */
export function stageSources(context: Context, vpcId: string): StageSources {
  const instances = new Ec2Instances(context.ec2(), vpcId)
  const balancing = context.loadBalancing()
  let servers: Promise<ConsulServer[]> | undefined
  return {
    fleet: new AutoScalingFleet(context.autoScaling(), context.ec2()),
    catalog: consulDoor(context.lambda(), context.stage),
    /** @throws {ServiceFailure} when EC2 does not list the instances */
    servers: (): Promise<ConsulServer[]> => {
      servers ??= instances.look([]).then((sight) => runningServers(sight.servers))
      return servers
    },
    targets: (arn: string) => targetStates(balancing, arn),
  }
}
