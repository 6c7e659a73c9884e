import * as z from 'zod'
import { BucketEmptier } from '../adapters/aws/bucket-emptier.ts'
import * as clients from '../adapters/aws/clients.ts'
import { appStack } from '../core/base/names.ts'
import { prepareData } from '../core/deploy/prepare-data.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { changeableStacks, stage } from './lib/parts.ts'

/** Before an app's own stack is deleted: takes its data out of the stack, or empties its buckets. */
export const handler = lambda('prepare-data', {
  input: z.strictObject({ app: text, data: z.enum(['keep', 'delete']) }),
  parts: () => ({
    stage: stage().name,
    stacks: changeableStacks(),
    buckets: new BucketEmptier(clients.s3()),
  }),
  work: async ({ stage, ...ports }, { app, data }) => await prepareData(ports, appStack(stage, app), data),
})
