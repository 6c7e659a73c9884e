import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { DynamoLockTable } from '../adapters/aws/lock-table.ts'
import { readStage } from '../adapters/config.ts'
import { once } from './once.ts'

const locks = once(() => new DynamoLockTable(clients.documents(), readStage().table))

/** Frees an app's lock if this execution holds it. */
export const handler = middy(async ({ app, owner }: { app: string; owner: string }) => ({
  freed: await locks().free(app, owner),
}))
