import middy from '@middy/core'
import { BundleStore } from '../adapters/aws/bundle-store.ts'
import * as clients from '../adapters/aws/clients.ts'
import { DynamoReleaseBook } from '../adapters/aws/releases.ts'
import { RunFiles } from '../adapters/aws/run-files.ts'
import { readStage } from '../adapters/config.ts'
import type { PlanKey } from '../core/deploy/deploy-order.ts'
import type { DeployPlan } from '../core/deploy/deploy-plan.ts'
import { releaseOf } from '../core/deploy/release-of.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  return {
    bundles: new BundleStore(clients.s3(), stage.bucket),
    runs: new RunFiles(clients.s3(), stage.bucket),
    releases: new DynamoReleaseBook(clients.documents(), stage.table),
  }
})

/** Makes what a plan brought up the app's current release, if its execution still holds the lock. */
export const handler = middy(async ({ plan: key, owner }: { plan: PlanKey; owner: string }) => {
  const { bundles, runs, releases } = parts()
  const plan = (await runs.read(key.execution, key.name)) as DeployPlan
  const { bundle } = await bundles.read(plan.app, plan.bundle)
  await releases.record(plan.app, releaseOf(plan, bundle, owner, new Date()), owner)
  return { release: plan.release }
})
