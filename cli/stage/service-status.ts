import { AutoScalingFleet } from '../../adapters/aws/autoscaling.ts'
import { Ec2Instances } from '../../adapters/aws/ec2-instances.ts'
import { targetStates } from '../../adapters/aws/load-balancing.ts'
import { consulDoor } from '../../adapters/consul/lambda-calls.ts'
import { serviceStack } from '../../core/base/names.ts'
import { gatherHealth } from '../../core/deploy/check-service.ts'
import type { ServiceTarget } from '../../core/deploy/deploy-plan.ts'
import { ailments } from '../../core/deploy/health.ts'
import type { Release } from '../../core/deploy/releases.ts'
import { runningServers } from '../../core/registration/evidence.ts'
import type { Context } from '../context.ts'

/** One service of an app as it is now. */
export interface ServiceStatus {
  app: string
  service: string
  /** 0 for an app whose deployment did not finish. */
  release: number
  desired: number
  running: number
  /** Passing in Consul and, if exposed, in the target group. */
  healthy: number
  imageId: string
  url?: string
  /** What is wrong, by instance id. */
  problems: Record<string, string>
}

/** Looks at a service as the workflows do: its group, Consul and its target groups. */
export async function serviceStatus(
  context: Context,
  vpcId: string,
  target: ServiceTarget,
  release: Release | undefined,
): Promise<ServiceStatus> {
  const { app, service } = target
  const fleet = new AutoScalingFleet(context.autoScaling(), context.ec2())
  const view = await fleet.group(serviceStack(context.stage, app, service))
  const balancing = context.loadBalancing()
  const ports = {
    catalog: consulDoor(context.lambda(), context.stage),
    servers: async () => runningServers((await new Ec2Instances(context.ec2(), vpcId).look([])).servers),
    targets: (arn: string) => targetStates(balancing, arn),
  }
  const problems = view
    ? ailments(view, await gatherHealth(ports, view, target, new Date()))
    : new Map<string, string>()
  const members = view?.members ?? []
  return {
    app,
    service,
    release: release?.release ?? 0,
    desired: view?.desired ?? 0,
    running: members.filter(({ stage }) => stage === 'serving').length,
    healthy: members.filter(({ id }) => !problems.has(id)).length,
    imageId: release?.services[service]?.imageId ?? '',
    problems: Object.fromEntries(problems),
  }
}
