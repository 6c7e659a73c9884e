import * as z from 'zod'
import type { DeployPlan } from '../core/deploy/deploy-plan.ts'
import { releaseOf } from '../core/deploy/release-of.ts'
import { planKey, text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, releases, runs } from './lib/parts.ts'

/** Makes what a plan brought up the app's current release, if its execution still holds the lock. */
export const handler = lambda('record-release', {
  input: z.strictObject({ plan: planKey, owner: text }),
  parts: () => ({ bundles: bundles(), runs: runs(), releases: releases() }),
  work: async ({ bundles, runs, releases }, { plan: { execution, name }, owner }) => {
    const plan = (await runs.read(execution, name)) as DeployPlan
    const { bundle } = await bundles.read(plan.app, plan.bundle)
    await releases.record(plan.app, releaseOf(plan, bundle, owner, new Date()), owner)
    return { release: plan.release }
  },
})
