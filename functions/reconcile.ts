import { setTimeout as sleep } from 'node:timers/promises'
import * as clients from '../adapters/aws/clients.ts'
import { Ec2Instances } from '../adapters/aws/ec2-instances.ts'
import { DynamoHeldRemovals } from '../adapters/aws/held-removals.ts'
import { SsmDefinitions } from '../adapters/aws/ssm.ts'
import { type Drift, findDrift } from '../core/registration/drift.ts'
import type { HeldStore } from '../core/registration/held.ts'
import { type Report, type RoundParts, reconcile as round } from '../core/registration/round.ts'
import { counts } from './lib/counts.ts'
import { lambda } from './lib/lambda.ts'
import { catalog, stage } from './lib/parts.ts'
import { roundRequest } from './lib/round-request.ts'

/** Without a Consul server there is no catalog to measure, and metrics that are not written cost nothing. */
const measured = (result: Report | Drift) =>
  'entries' in result || result.servers === 0
    ? {}
    : {
        Registrations: result.registered,
        Drift: result.drift,
        RemovalsHeld: result.held,
        ConsulLeader: result.leader === null ? 0 : 1,
      }

/**
 * One round over the whole fleet, for anyone who asks: the schedule, a changed definition, `register`, a
 * person.
 */
export const handler = lambda('reconcile', {
  input: roundRequest,
  parts: (): RoundParts & { held: HeldStore } => {
    const { name, vpcId, table } = stage()
    return {
      stage: name,
      vpcId,
      instances: new Ec2Instances(clients.ec2(clients.PROMPT), vpcId),
      definitions: new SsmDefinitions(clients.ssm(clients.PROMPT)),
      pause: sleep,
      catalog: catalog(),
      held: new DynamoHeldRemovals(clients.documents(), table),
    }
  },
  work: async (parts, { leaving: going, silent, dryRun }): Promise<Report | Drift> =>
    dryRun
      ? await findDrift(parts, new Date())
      : await round(parts, parts.held, new Date(), { going, silent }),
  told: (result) => ('entries' in result ? undefined : result),
  also: counts(measured),
})
