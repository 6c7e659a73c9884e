import middy from '@middy/core'
import { AutoScalingFleet } from '../adapters/autoscaling.ts'
import * as clients from '../adapters/clients.ts'
import { once } from './once.ts'

const fleet = once(() => new AutoScalingFleet(clients.autoScaling(), clients.ec2()))

/** Terminates instances through their group, which gets one smaller with each; its lifecycle hook drains them. */
export const handler = middy(async ({ instances }: { instances: string[] }) => {
  // One after the other: Auto Scaling refuses two changes of one group at a time now and then.
  for (const instance of instances) await fleet().retire(instance)
  return { retired: instances }
})
