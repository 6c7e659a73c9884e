import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { CloudFormationChangeSets } from '../adapters/aws/change-sets.ts'
import * as clients from '../adapters/aws/clients.ts'
import { readStackRole } from '../adapters/config.ts'
import { takeUpData } from '../core/deploy/take-up-data.ts'
import { clock } from './lib/clock.ts'
import { count, planKey } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { kept, removableStacks, runs, stage, templates } from './lib/parts.ts'

/** Takes kept data into the app's stack again, first of all in a deployment; asked until it is done. */
export const handler = lambda('take-up-data', {
  input: z.strictObject({ plan: planKey, looks: count }),
  parts: () => ({
    stage: stage(),
    stacks: removableStacks(),
    changeSets: new CloudFormationChangeSets(clients.cloudFormation(), {
      role: readStackRole(),
      templates: templates(),
      sleep: clock.sleep,
      name: () => `take-up-${randomUUID()}`,
    }),
    kept: kept(),
    runs: runs(),
  }),
  work: takeUpData,
})
