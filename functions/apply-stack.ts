import * as z from 'zod'
import { brokersOf } from '../adapters/aws/kafka-clusters.ts'
import { readAwsAccess } from '../adapters/config.ts'
import { applyPlannedStack } from '../core/deploy/apply-planned-stack.ts'
import { lookClosely } from '../core/template/close-look.ts'
import { clock } from './lib/clock.ts'
import { planKey, text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, changeableStacks, runs, stage } from './lib/parts.ts'

const step = z.enum(['set-aside', 'transition', 'final'])

/**
 * Starts bringing one stack of a plan to its template. It polls the app's own stack closely, because all
 * services wait for it. Service stacks are created in parallel, and polling each closely would keep a
 * function per stack busy.
 */
export const handler = lambda('apply-stack', {
  input: z.strictObject({ plan: planKey, service: z.exactOptional(text), step: z.exactOptional(step) }),
  parts: () => ({
    stage: stage(),
    bundles: bundles(),
    runs: runs(),
    stacks: changeableStacks(),
    brokers: brokersOf(readAwsAccess()),
  }),
  work: async (ports, request) => {
    const begun = await applyPlannedStack(ports, request)
    return request.service === undefined ? await lookClosely(ports.stacks, begun, clock.sleep) : begun
  },
})
