import middy from '@middy/core'
import * as z from 'zod'
import * as clients from '../adapters/clients.ts'
import { readStage } from '../adapters/config.ts'
import { Ec2Instances } from '../adapters/ec2-instances.ts'
import { DynamoHeldRemovals } from '../adapters/held-removals.ts'
import { consulDoor } from '../adapters/lambda-calls.ts'
import { SsmDefinitions } from '../adapters/ssm.ts'
import type { HeldStore } from '../core/held.ts'
import { type Report, type RoundParts, reconcile as round } from '../core/round.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

/** Events of the schedule and of parameters say nothing; `register` names Consul servers that were told to go. */
const request = z.object({ leaving: z.array(z.string()).default([]) }).catch({ leaving: [] })

/** One round over the whole fleet, whoever asks: the schedule, a changed definition, `register`, a person. */
export const reconcile = (wire: () => RoundParts & { held: HeldStore }) => {
  const parts = once(wire)
  return middy(async (event: unknown): Promise<Report> => {
    const { leaving } = request.parse(event)
    return await round(parts(), parts().held, new Date(), leaving)
  }).use(journal((report: Report) => report))
}

export const handler = reconcile(() => {
  const { name, vpcId, table } = readStage()
  return {
    stage: name,
    vpcId,
    instances: new Ec2Instances(clients.ec2(), vpcId),
    definitions: new SsmDefinitions(clients.ssm()),
    catalog: consulDoor(clients.lambda(), name),
    held: new DynamoHeldRemovals(clients.documents(), table),
  }
})
