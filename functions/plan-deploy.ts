import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { serviceImages } from '../adapters/images/ec2-images.ts'
import { readImageRecords } from '../adapters/images/image-records.ts'
import type { AppBundle } from '../core/base/bundle.ts'
import { deployOrder } from '../core/deploy/deploy-order.ts'
import { makePlan } from '../core/deploy/make-plan.ts'
import { planFacts } from '../core/deploy/plan-facts.ts'
import { expectedImages } from '../core/images/expected-images.ts'
import { count, purpose, text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, releases, runs, stacks, stage } from './lib/parts.ts'

/**
 * Compares what is wanted with what exists; the plan goes into the bucket, its order of work to the workflow.
 */
export const handler = lambda('plan-deploy', {
  input: z.strictObject({ app: text, release: count, execution: text, purpose }),
  parts: () => {
    const [here, ssm, ec2] = [stage(), clients.ssm(), clients.ec2()]
    return {
      stage: here,
      bundles: bundles(),
      runs: runs(),
      stacks: stacks(),
      releases: releases(),
      records: ({ manifest: { app, services } }: AppBundle) =>
        readImageRecords(ssm, here.name, app, Object.keys(services)),
      built: ({ manifest: { app } }: AppBundle) => serviceImages(ec2, { stage: here.name, app }),
    }
  },
  work: async ({ stage, stacks, releases, bundles, runs, records, built }, request) => {
    const dryRun = request.purpose === 'dry-run'
    const ports = {
      stage,
      stacks,
      releases,
      app: (name: string, digest?: string) => bundles.read(name, digest),
      images: async (bundle: AppBundle) =>
        dryRun ? expectedImages(stage, bundle, await records(bundle), await built(bundle)) : records(bundle),
    }
    const plan = makePlan(await planFacts(ports, request.app, request.release))
    await runs.write(request.execution, request.purpose, plan)
    return deployOrder(request, plan)
  },
  told: ({ key, release, previous, services, removed }) => ({
    key,
    release,
    previous,
    services,
    removed: removed.length,
  }),
})
