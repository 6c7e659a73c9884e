import { setTimeout } from 'node:timers/promises'
import middy from '@middy/core'
import { readStage } from '../adapters/config.ts'
import { ProbingConsul } from '../adapters/consul-first-answer.ts'
import { ask } from '../adapters/probes.ts'
import type { ServiceCatalog } from '../core/catalog.ts'
import { answerCalls, type DoorRequest, type DoorResponse } from '../core/door.ts'
import { FirstAnswer } from '../core/first-answer.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

interface Door {
  catalog: ServiceCatalog
  /** The only addresses that it speaks to. */
  vpcCidr: string
}

/** The one door into the private network: carries out calls to Consul servers, and asks the checks of what it registers. */
export const consul = (wire: () => Door) => {
  const door = once(wire)
  return middy(
    async (request: DoorRequest): Promise<DoorResponse> =>
      await answerCalls(door().catalog, request, door().vpcCidr),
  ).use(journal('calls', failures))
}

/** Calls that went well are the caller's to report. */
const failures = ({ answers }: DoorResponse): unknown => {
  const errors = answers.flatMap((answer) => ('error' in answer ? [answer.error] : []))
  return errors.length > 0 ? { failed: errors.length, first: errors[0] } : undefined
}

export const handler = consul(() => ({
  catalog: new ProbingConsul(new FirstAnswer(ask, { now: () => performance.now(), pause: setTimeout })),
  vpcCidr: readStage().vpcCidr,
}))
