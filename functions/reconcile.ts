import { setTimeout as sleep } from 'node:timers/promises'
import middy from '@middy/core'
import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { Ec2Instances } from '../adapters/aws/ec2-instances.ts'
import { DynamoHeldRemovals } from '../adapters/aws/held-removals.ts'
import { SsmDefinitions } from '../adapters/aws/ssm.ts'
import { readStage } from '../adapters/config.ts'
import { consulDoor } from '../adapters/consul/lambda-calls.ts'
import { type Drift, findDrift } from '../core/registration/drift.ts'
import type { HeldStore } from '../core/registration/held.ts'
import { type Report, type RoundParts, reconcile as round } from '../core/registration/round.ts'
import { counts } from './counts.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

/**
 * Events of the schedule and of parameters say nothing; `register` names Consul servers that were told to go, the servers
 * themselves the addresses of neighbours that do not answer; with `dryRun` nothing is written.
 */
const request = z
  .object({
    leaving: z.array(z.string()).catch([]),
    silent: z.array(z.string()).catch([]),
    // A key that is missing is no reason to overlook the others.
    dryRun: z.coerce.boolean().catch(false),
  })
  .catch({ leaving: [], silent: [], dryRun: false })

/** One round over the whole fleet, whoever asks: the schedule, a changed definition, `register`, a person. */
export const reconcile = (wire: () => RoundParts & { held: HeldStore }) => {
  const parts = once(wire)
  return middy(async (event: unknown): Promise<Report | Drift> => {
    const { leaving: going, silent, dryRun } = request.parse(event)
    return dryRun
      ? await findDrift(parts(), new Date())
      : await round(parts(), parts().held, new Date(), { going, silent })
  })
    .use(counts(measured))
    .use(journal('round', (result: Report | Drift) => ('entries' in result ? undefined : result)))
}

/** Without a Consul server there is no catalog to measure, and metrics that nobody writes cost nothing. */
const measured = (result: Report | Drift) =>
  'entries' in result || result.servers === 0
    ? {}
    : {
        Registrations: result.registered,
        Drift: result.drift,
        RemovalsHeld: result.held,
        ConsulLeader: result.leader === null ? 0 : 1,
      }

export const handler = reconcile(() => {
  const { name, vpcId, table } = readStage()
  return {
    stage: name,
    vpcId,
    instances: new Ec2Instances(clients.ec2(clients.PROMPT), vpcId),
    definitions: new SsmDefinitions(clients.ssm(clients.PROMPT)),
    pause: sleep,
    catalog: consulDoor(clients.lambda(), name),
    held: new DynamoHeldRemovals(clients.documents(), table),
  }
})
