import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { DataRemover } from '../adapters/aws/data-remover.ts'
import { KafkaRemover } from '../adapters/aws/kafka-remover.ts'
import { readAwsAccess } from '../adapters/config.ts'
import { removeNamedData } from '../core/deploy/remove-data.ts'
import { clock } from './lib/clock.ts'
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
    remover: new DataRemover(
      dataClients,
      new KafkaRemover(readAwsAccess(), clients.ec2, (ms) => clock.sleep(ms / 1000)),
    ),
  }),
  work: removeNamedData,
})
