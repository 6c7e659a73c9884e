import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { readEvidence } from '../adapters/images/ami-evidence.ts'
import { saveCleanupPlan } from '../adapters/images/cleanup-plans.ts'
import { parseInput } from '../core/base/workflow-input.ts'
import { planCleanup } from '../core/images/ami-cleanup.ts'
import { CleanAmisInput } from '../core/images/inputs.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { stage } from './lib/parts.ts'

/**
 * First state of the workflow `clean-amis`: what would go and why; the reasons of what stays are in the
 * bucket.
 */
export const handler = lambda('plan-clean-amis', {
  input: z.strictObject({ input: z.unknown(), execution: text }),
  parts: () => ({ stage: stage(), s3: clients.s3(), sources: clients.evidence() }),
  work: async ({ stage, s3, sources }, { input, execution }) => {
    const options = parseInput('clean-amis', CleanAmisInput, input)
    const plan = planCleanup(await readEvidence(sources, stage, new Date()), options)
    const planKey = await saveCleanupPlan(s3, stage.bucket, execution, plan)
    return { options, remove: plan.remove, kept: plan.keep.length, planKey }
  },
  told: ({ remove, kept, planKey }) => ({ remove: remove.length, kept, planKey }),
})
