import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { DynamoLockTable } from '../adapters/aws/lock-table.ts'
import { StepFunctionsExecutions } from '../adapters/aws/step-functions.ts'
import { readStage } from '../adapters/config.ts'
import { acquireLock } from '../core/deploy/acquire-lock.ts'
import { once } from './once.ts'

const parts = once(() => ({
  locks: new DynamoLockTable(clients.documents(), readStage().table),
  executions: new StepFunctionsExecutions(clients.stepFunctions()),
}))

/** Gives an app's lock to an execution; `owner` is its ARN. */
export const handler = middy(async ({ app, owner }: { app: string; owner: string }) => ({
  fence: await acquireLock(parts(), app, owner, () => new Date()),
}))
