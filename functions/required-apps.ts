import middy from '@middy/core'
import { BundleStore } from '../adapters/aws/bundle-store.ts'
import * as clients from '../adapters/aws/clients.ts'
import { DynamoLockTable } from '../adapters/aws/lock-table.ts'
import { DynamoReleaseBook } from '../adapters/aws/releases.ts'
import { StepFunctionsExecutions } from '../adapters/aws/step-functions.ts'
import { readStage } from '../adapters/config.ts'
import { childName } from '../core/base/execution-name.ts'
import { lookAtRequiredApps } from '../core/deploy/required-apps.ts'
import { once } from './once.ts'

const parts = once(() => {
  const stage = readStage()
  const documents = clients.documents()
  return {
    bundles: new BundleStore(clients.s3(), stage.bucket),
    locks: new DynamoLockTable(documents, stage.table),
    releases: new DynamoReleaseBook(documents, stage.table),
    executions: new StepFunctionsExecutions(clients.stepFunctions()),
  }
})

/** What to do about the apps that this one requires, and names for the executions that do it. */
export const handler = middy(async ({ app, execution }: { app: string; execution: string }) => {
  const step = await lookAtRequiredApps(parts(), app)
  return {
    ...step,
    build: childName(execution, 'build'),
    ...(step.action === 'deploy'
      ? { name: childName(execution, step.app), early: childName(execution, 'build-early') }
      : {}),
  }
})
