import { setTimeout } from 'node:timers/promises'
import { ConsulDoor } from '../../adapters/consul/door.ts'
import { ProbingConsul } from '../../adapters/consul/first-answer.ts'
import { ask } from '../../adapters/consul/probes.ts'
import { ConsulRequests } from '../../adapters/consul/requests.ts'
import type { DoorRequest, DoorResponse } from '../../core/registration/door.ts'
import { FirstAnswer } from '../../core/registration/first-answer.ts'
import { handler as consul } from '../../functions/consul.ts'
import { startConsul } from '../live/consul.ts'
import { fixedAccess } from '../live/consul-api.ts'
import { lambdaContext } from '../support/lambda-context.ts'
import { catalogContract } from './service-catalog.ts'

catalogContract('of one real Consul server', async () => {
  const { catalog, servers, stop } = await startConsul(1)
  return { catalog, servers, stop }
})

catalogContract('of three real Consul servers, behind the function', async () => {
  const { access, servers, stop } = await startConsul(3)
  const first = new FirstAnswer(ask, { now: () => performance.now(), pause: setTimeout })
  const catalog = new ProbingConsul(first, new ConsulRequests(fixedAccess(access)))
  const handler = consul.wired(() => ({ catalog, vpcCidr: '127.0.0.0/8' }))
  // Through JSON, like the payload of an invocation.
  const carry = async (request: DoorRequest): Promise<DoorResponse> =>
    JSON.parse(JSON.stringify(await handler(JSON.parse(JSON.stringify(request)), lambdaContext)))
  return { catalog: new ConsulDoor(carry), servers, stop }
})
