import { setTimeout as sleep } from 'node:timers/promises'
import * as clients from '../adapters/aws/clients.ts'
import { Ec2Instances } from '../adapters/aws/ec2-instances.ts'
import { AutoScalingHealing } from '../adapters/aws/healing-groups.ts'
import { DynamoHealingRecord } from '../adapters/aws/healing-record.ts'
import { DynamoHeldRemovals } from '../adapters/aws/held-removals.ts'
import { SsmDefinitions } from '../adapters/aws/ssm.ts'
import { readStartSeconds } from '../adapters/config.ts'
import { type Healing, type HealingParts, heal } from '../core/healing/heal.ts'
import { type Drift, seenDrift } from '../core/registration/drift.ts'
import type { HeldStore } from '../core/registration/held.ts'
import { type Report, type RoundParts, seenRound } from '../core/registration/round.ts'
import { counts } from './lib/counts.ts'
import { lambda } from './lib/lambda.ts'
import { catalog, stage } from './lib/parts.ts'
import { roundRequest } from './lib/round-request.ts'

type Outcome = (Report | Drift) & { sick: Healing['sick'] }

/** Without a Consul server there is no catalog to measure, and metrics that are not written cost nothing. */
const measured = (result: Outcome) =>
  'entries' in result || result.servers === 0
    ? {}
    : {
        Registrations: result.registered,
        Drift: result.drift,
        RemovalsHeld: result.held,
        ConsulLeader: result.leader === null ? 0 : 1,
        ...measuredSick(result.sick),
      }

function measuredSick(sick: Healing['sick']) {
  if (sick.length === 0) return {}
  const count = (wanted: string): number => sick.filter(({ verdict }) => verdict === wanted).length
  return { Sick: sick.length, Replacements: count('replace'), ReplacementsHeld: count('hold') }
}

type Parts = RoundParts & HealingParts & { held: HeldStore }

/**
 * One round over the whole fleet, for anyone who asks: the schedule, a changed definition, `register`, a
 * person.
 */
export const handler = lambda('reconcile', {
  input: roundRequest,
  parts: (): Parts => {
    const { name, vpcId, table } = stage()
    return {
      stage: name,
      vpcId,
      instances: new Ec2Instances(clients.ec2(clients.PROMPT), vpcId),
      definitions: new SsmDefinitions(clients.ssm(clients.PROMPT)),
      pause: sleep,
      catalog: catalog(),
      held: new DynamoHeldRemovals(clients.documents(), table),
      groups: new AutoScalingHealing(clients.autoScaling()),
      store: new DynamoHealingRecord(clients.documents(), table),
      startSeconds: readStartSeconds(),
    }
  },
  work: async (parts, { leaving: going, silent, dryRun }): Promise<Outcome> => {
    const now = new Date()
    if (dryRun) {
      const { drift, evidence } = await seenDrift(parts, now)
      return withSick(drift, evidence && (await heal(parts, evidence, now, true)))
    }
    const { report, evidence } = await seenRound(parts, parts.held, now, { going, silent })
    return withSick(report, evidence && (await heal(parts, evidence, now, false)))
  },
  told: (result) => ('entries' in result ? undefined : result),
  also: counts(measured),
})

const withSick = (result: Report | Drift, healing: Healing | null): Outcome => ({
  ...result,
  sick: healing?.sick ?? [],
  problems: [...result.problems, ...(healing?.problems ?? [])],
})
