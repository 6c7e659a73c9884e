import middy from '@middy/core'
import { BundleStore } from '../adapters/aws/bundle-store.ts'
import * as clients from '../adapters/aws/clients.ts'
import { CloudFormationStacks } from '../adapters/aws/cloudformation.ts'
import { DynamoReleaseBook } from '../adapters/aws/releases.ts'
import { readStage } from '../adapters/config.ts'
import type { TeardownInput } from '../core/deploy/deploy-input.ts'
import { teardownFacts } from '../core/deploy/teardown-facts.ts'
import { planTeardown } from '../core/deploy/teardown-plan.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  return {
    stage: stage.name,
    bundles: new BundleStore(clients.s3(), stage.bucket),
    stacks: new CloudFormationStacks(clients.cloudFormation()),
    releases: new DynamoReleaseBook(clients.documents(), stage.table),
  }
})

/** What goes in which order, or why the app may not go. */
export const handler = middy(async ({ wanted, execution }: { wanted: TeardownInput; execution: string }) =>
  planTeardown(wanted, await teardownFacts(parts(), wanted.app), execution),
)
