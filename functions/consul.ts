import { setTimeout } from 'node:timers/promises'
import { leanParameters } from '../adapters/aws/lean-parameters.ts'
import { SecretReader } from '../adapters/aws/secret-reader.ts'
import { readStage, readStoreAccess } from '../adapters/config.ts'
import { ParameterAccess } from '../adapters/consul/access.ts'
import { ProbingConsul } from '../adapters/consul/first-answer.ts'
import { ask } from '../adapters/consul/probes.ts'
import { ConsulRequests } from '../adapters/consul/requests.ts'
import type { ServiceCatalog } from '../core/base/catalog.ts'
import { PLATFORM } from '../core/base/names.ts'
import { answerCalls, type DoorResponse } from '../core/registration/door.ts'
import { FirstAnswer } from '../core/registration/first-answer.ts'
import { doorRequest } from './lib/door-request.ts'
import { lambda } from './lib/lambda.ts'

interface Door {
  catalog: ServiceCatalog
  /** The only addresses that it speaks to. */
  vpcCidr: string
  /** Forgets the secrets it has read. */
  forget?(): void
}

/**
 * The one door into the private network: carries out calls to Consul servers, and runs the checks of what it
 * registers.
 */
export const handler = lambda('consul', {
  input: doorRequest,
  parts: (): Door => {
    const { name, vpcCidr } = readStage()
    const access = new ParameterAccess(new SecretReader(leanParameters(readStoreAccess()), name, PLATFORM))
    const first = new FirstAnswer(ask, { now: () => performance.now(), pause: setTimeout })
    const catalog = new ProbingConsul(first, new ConsulRequests(access))
    return { catalog, vpcCidr, forget: () => access.forget() }
  },
  work: async ({ catalog, vpcCidr, forget }, request) => {
    if (request.renew) forget?.()
    return await answerCalls(catalog, request, vpcCidr)
  },
  // The caller reports successful calls.
  told: ({ answers }: DoorResponse) => {
    const errors = answers.flatMap((answer) => ('error' in answer ? [answer.error] : []))
    return errors.length > 0 ? { failed: errors.length, first: errors[0] } : undefined
  },
})
