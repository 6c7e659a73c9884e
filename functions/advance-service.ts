import * as z from 'zod'
import { AutoScalingFleet } from '../adapters/aws/autoscaling.ts'
import * as clients from '../adapters/aws/clients.ts'
import { targetStates } from '../adapters/aws/load-balancing.ts'
import { readStartSeconds } from '../adapters/config.ts'
import { serviceStack } from '../core/base/names.ts'
import { advanceService } from '../core/deploy/advance-service.ts'
import { runningServers } from '../core/registration/evidence.ts'
import { clock } from './lib/clock.ts'
import { memory, serviceTarget, text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { catalog, executions, instances, stage } from './lib/parts.ts'

/**
 * Brings a service as close to its target as it gets within some seconds. `execution` is the ARN of the run
 * that asks; one that began with an earlier control plane does not say it.
 */
export const handler = lambda('advance-service', {
  input: z.strictObject({ target: serviceTarget, memory, execution: z.exactOptional(text) }),
  parts: () => {
    const [here, balancing] = [instances(), clients.loadBalancing()]
    return {
      stage: stage().name,
      fleet: new AutoScalingFleet(clients.autoScaling(), clients.ec2()),
      catalog: catalog(),
      servers: async () => runningServers((await here.look([])).servers),
      startSeconds: readStartSeconds(),
      targets: (targetGroup: string) => targetStates(balancing, targetGroup),
      executions: executions(),
    }
  },
  work: async ({ stage, executions, ...ports }, { target, memory, execution }) => {
    const isWanted = async () => execution === undefined || (await executions.runs(execution))
    const group = serviceStack(stage, target.app, target.service)
    return await advanceService(ports, group, target, memory, { ...clock, isWanted })
  },
  told: ({ step, changed }) => ({ ...step, changed }),
})
