import { setTimeout } from 'node:timers/promises'
import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { SecretParameters } from '../adapters/aws/secret-parameters.ts'
import { readStage } from '../adapters/config.ts'
import { ParameterAccess } from '../adapters/consul/access.ts'
import { ProbingConsul } from '../adapters/consul/first-answer.ts'
import { ask } from '../adapters/consul/probes.ts'
import { ConsulRequests } from '../adapters/consul/requests.ts'
import type { ServiceCatalog } from '../core/base/catalog.ts'
import { PLATFORM } from '../core/base/names.ts'
import { answerCalls, type DoorRequest, type DoorResponse } from '../core/registration/door.ts'
import { FirstAnswer } from '../core/registration/first-answer.ts'
import { journal } from './journal.ts'
import { once } from './once.ts'

interface Door {
  catalog: ServiceCatalog
  /** The only addresses that it speaks to. */
  vpcCidr: string
  /** Forgets what it knows of secrets. */
  forget?(): void
}

/** The one door into the private network: carries out calls to Consul servers, and asks the checks of what it registers. */
export const consul = (wire: () => Door) => {
  const door = once(wire)
  return middy(async (request: DoorRequest): Promise<DoorResponse> => {
    const { catalog, vpcCidr, forget } = door()
    if (request.renew) forget?.()
    return await answerCalls(catalog, request, vpcCidr)
  }).use(journal('calls', failures))
}

/** Calls that went well are the caller's to report. */
const failures = ({ answers }: DoorResponse): unknown => {
  const errors = answers.flatMap((answer) => ('error' in answer ? [answer.error] : []))
  return errors.length > 0 ? { failed: errors.length, first: errors[0] } : undefined
}

export const handler = consul(() => {
  const { name, vpcCidr } = readStage()
  const access = new ParameterAccess(new SecretParameters(clients.nearSsm(), name, PLATFORM))
  const first = new FirstAnswer(ask, { now: () => performance.now(), pause: setTimeout })
  return {
    catalog: new ProbingConsul(first, new ConsulRequests(access)),
    vpcCidr,
    forget: () => access.forget(),
  }
})
