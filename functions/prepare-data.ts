import * as z from 'zod'
import { BucketEmptier } from '../adapters/aws/bucket-emptier.ts'
import * as clients from '../adapters/aws/clients.ts'
import { prepareData } from '../core/deploy/prepare-data.ts'
import { clock } from './lib/clock.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { changeableStacks, holdings, kept, stage } from './lib/parts.ts'

/** Before an app's own stack is deleted: takes its data out of the stack, and records it. */
export const handler = lambda('prepare-data', {
  input: z.strictObject({
    app: text,
    data: z.enum(['keep', 'keep-used', 'delete']),
    deletes: z.array(text),
    execution: text,
  }),
  parts: () => ({
    stage: stage().name,
    stacks: changeableStacks(),
    kept: kept(),
    holdings: holdings(),
    buckets: new BucketEmptier(clients.s3()),
  }),
  work: async (ports, request) => await prepareData(ports, { ...request, at: clock.now().toISOString() }),
})
