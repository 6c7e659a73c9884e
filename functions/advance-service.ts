import { setTimeout as sleep } from 'node:timers/promises'
import middy from '@middy/core'
import { AutoScalingFleet } from '../adapters/aws/autoscaling.ts'
import * as clients from '../adapters/aws/clients.ts'
import { Ec2Instances } from '../adapters/aws/ec2-instances.ts'
import { targetStates } from '../adapters/aws/load-balancing.ts'
import { readStage } from '../adapters/config.ts'
import { consulDoor } from '../adapters/consul/lambda-calls.ts'
import { isRunning } from '../core/base/instances.ts'
import { serviceStack } from '../core/base/names.ts'
import { advanceService } from '../core/deploy/advance-service.ts'
import type { ServiceTarget } from '../core/deploy/deploy-plan.ts'
import type { Memory } from '../core/deploy/health.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  const [ec2, balancing] = [clients.ec2(), clients.loadBalancing()]
  const instances = new Ec2Instances(ec2, stage.vpcId)
  return {
    stage: stage.name,
    fleet: new AutoScalingFleet(clients.autoScaling(), ec2),
    catalog: consulDoor(clients.lambda(), stage.name),
    servers: async () =>
      (await instances.look([])).servers
        .filter(isRunning)
        .map(({ id, address }) => ({ instanceId: id, address })),
    targets: (targetGroup: string) => targetStates(balancing, targetGroup),
  }
})

/** Brings a service as near to its target as it gets within some seconds. */
export const handler = middy(
  async ({ target, memory }: { target: ServiceTarget; memory: Memory | Record<string, never> }) => {
    const { stage, ...ports } = parts()
    const group = serviceStack(stage, target.app, target.service)
    const clock = { now: () => new Date(), sleep: (seconds: number) => sleep(seconds * 1000) }
    return await advanceService(ports, group, target, memory, clock)
  },
)
