import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { readStage } from '../adapters/config.ts'
import { readEvidence } from '../adapters/images/ami-evidence.ts'
import { saveCleanupPlan } from '../adapters/images/cleanup-plans.ts'
import { parseInput } from '../core/base/workflow-input.ts'
import { planCleanup, type Removal } from '../core/images/ami-cleanup.ts'
import { CleanAmisInput } from '../core/images/inputs.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

interface Planned {
  options: CleanAmisInput
  remove: Removal[]
  kept: number
  planKey: string
}

const parts = once(() => ({ stage: readStage(), s3: clients.s3(), sources: clients.evidence() }))

/** First state of the workflow `clean-amis`: what would go and why; the reasons of what stays are in the bucket. */
export const handler = middy(async (event: { input: unknown; execution: string }): Promise<Planned> => {
  const options = parseInput('clean-amis', CleanAmisInput, event.input)
  const { stage, s3, sources } = parts()
  const plan = planCleanup(await readEvidence(sources, stage, new Date()), options)
  const planKey = await saveCleanupPlan(s3, stage.bucket, event.execution, plan)
  return { options, remove: plan.remove, kept: plan.keep.length, planKey }
}).use(
  journal('clean-up plan', ({ remove, kept, planKey }: Planned) => ({
    remove: remove.length,
    kept,
    planKey,
  })),
)
