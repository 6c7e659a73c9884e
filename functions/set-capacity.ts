import middy from '@middy/core'
import { AutoScalingFleet } from '../adapters/autoscaling.ts'
import * as clients from '../adapters/clients.ts'
import { readStage } from '../adapters/config.ts'
import { serviceStack } from '../core/names.ts'
import { once } from './once.ts'

const parts = once(() => ({
  stage: readStage().name,
  fleet: new AutoScalingFleet(clients.autoScaling(), clients.ec2()),
}))

/** Asks a service's group for a number of instances. */
export const handler = middy(
  async ({ app, service, desired }: { app: string; service: string; desired: number }) => {
    const { stage, fleet } = parts()
    await fleet.setDesired(serviceStack(stage, app, service), desired)
    return { desired }
  },
)
