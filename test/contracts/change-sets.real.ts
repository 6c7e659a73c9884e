import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { CloudFormationChangeSets } from '../../adapters/aws/change-sets.ts'
import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import { DataRemover } from '../../adapters/aws/data-remover.ts'
import { CountedHoldings } from '../../adapters/aws/holdings.ts'
import type { StackPart } from '../../core/template/stacks.ts'
import { liveStage } from '../live/stage.ts'
import { changeSetsContract } from './change-sets.ts'

/** Its stacks have no Kafka cluster. */
const noKafka = { remove: async () => false }

changeSetsContract('of CloudFormation', async () => {
  const context = await liveStage()
  const seen = new Map<string, StackPart>()
  const holdings = new CountedHoldings(context)
  const client = context.cloudFormation()
  const stacks = new CloudFormationStacks(client)
  return {
    stacks: Object.assign(stacks, {
      // What a stack lets go is removed in the end.
      parts: async (name: string) => {
        const parts = await CloudFormationStacks.prototype.parts.call(stacks, name)
        for (const part of parts) seen.set(part.id, part)
        return parts
      },
    }),
    changeSets: new CloudFormationChangeSets(client, {
      sleep: (seconds) => sleep(seconds * 1000),
      name: () => `contract-${randomUUID()}`,
    }),
    prefix: `contract-${process.pid}`,
    exists: async (part) => !('missing' in (await holdings.of(part))),
    stop: async () => {
      for (const part of seen.values())
        if (part.type === 'AWS::DynamoDB::Table') await new DataRemover(context, noKafka).remove(part)
    },
  }
})
