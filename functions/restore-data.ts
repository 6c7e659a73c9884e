import * as z from 'zod'
import { DynamoRestoredTables } from '../adapters/aws/restored-tables.ts'
import { restoreData } from '../core/deploy/restore-data.ts'
import { count, planKey } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { dataClients, runs } from './lib/parts.ts'

/** Restores tables from backups, beside the ones that the app has; asked until they are there. */
export const handler = lambda('restore-data', {
  input: z.strictObject({ plan: planKey, looks: count }),
  parts: () => ({ tables: new DynamoRestoredTables(dataClients.documents()), runs: runs() }),
  work: restoreData,
})
