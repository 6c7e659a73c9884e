import * as z from 'zod'
import { TeardownInput } from '../core/deploy/deploy-input.ts'
import { teardownFacts } from '../core/deploy/teardown-facts.ts'
import { planTeardown } from '../core/deploy/teardown-plan.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, kept, releases, stacks, stage } from './lib/parts.ts'

/** Plans what to remove in which order, or says why the app must stay. */
export const handler = lambda('plan-teardown', {
  input: z.strictObject({ wanted: TeardownInput, execution: text }),
  parts: () => ({
    stage: stage().name,
    bundles: bundles(),
    stacks: stacks(),
    releases: releases(),
    kept: kept(),
  }),
  work: async (ports, { wanted, execution }) =>
    planTeardown(wanted, await teardownFacts(ports, wanted.app), execution),
  told: ({ services, data, kept, deletes }) => ({ services, data, kept, deletes }),
})
