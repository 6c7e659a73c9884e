import * as z from 'zod'
import { DataRemover } from '../adapters/aws/data-remover.ts'
import { removeNamedData } from '../core/deploy/remove-data.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { dataClients, kept, stacks, stage } from './lib/parts.ts'

/** Deletes the data that a person named for this run, now that it is in no stack any more. */
export const handler = lambda('remove-data', {
  input: z.strictObject({ app: text, execution: text }),
  parts: () => ({
    stage: stage().name,
    stacks: stacks(),
    kept: kept(),
    remover: new DataRemover(dataClients),
  }),
  work: removeNamedData,
})
