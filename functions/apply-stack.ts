import * as z from 'zod'
import { applyPlannedStack } from '../core/deploy/apply-planned-stack.ts'
import { lookClosely } from '../core/template/close-look.ts'
import { clock } from './lib/clock.ts'
import { planKey, text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, changeableStacks, runs, stage } from './lib/parts.ts'

const step = z.enum(['transition', 'final'])

/**
 * Starts what brings one stack of a plan to its template. At the app's own one, which all services wait for,
 * it looks closely; stacks of services are made side by side, and each close look would keep a function of
 * its own busy.
 */
export const handler = lambda('apply-stack', {
  input: z.strictObject({ plan: planKey, service: z.exactOptional(text), step: z.exactOptional(step) }),
  parts: () => ({ stage: stage(), bundles: bundles(), runs: runs(), stacks: changeableStacks() }),
  work: async (ports, request) => {
    const begun = await applyPlannedStack(ports, request)
    return request.service === undefined ? await lookClosely(ports.stacks, begun, clock.sleep) : begun
  },
})
