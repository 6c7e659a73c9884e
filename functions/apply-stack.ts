import * as z from 'zod'
import { applyPlannedStack } from '../core/deploy/apply-planned-stack.ts'
import { planKey, text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, changeableStacks, runs, stage } from './lib/parts.ts'

/** Starts what brings one stack of a plan to its template. */
export const handler = lambda('apply-stack', {
  input: z.strictObject({
    plan: planKey,
    service: z.exactOptional(text),
    step: z.exactOptional(z.enum(['transition', 'final'])),
  }),
  parts: () => ({ stage: stage(), bundles: bundles(), runs: runs(), stacks: changeableStacks() }),
  work: applyPlannedStack,
})
