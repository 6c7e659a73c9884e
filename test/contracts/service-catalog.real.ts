import { ConsulDoor } from '../../adapters/consul-door.ts'
import type { DoorRequest, DoorResponse } from '../../core/door.ts'
import { consul } from '../../functions/consul.ts'
import { startConsul } from '../support/consul.ts'
import { lambdaContext } from '../support/lambda-context.ts'
import { catalogContract } from './service-catalog.ts'

catalogContract('of one real Consul server', async () => {
  const { catalog, servers, stop } = await startConsul(1)
  return { catalog, servers, stop }
})

catalogContract('of three real Consul servers, behind the function', async () => {
  const { catalog, servers, stop } = await startConsul(3)
  const handler = consul(() => ({ catalog, vpcCidr: '127.0.0.0/8' }))
  // Through JSON, as the payload of an invocation goes.
  const carry = async (request: DoorRequest): Promise<DoorResponse> =>
    JSON.parse(JSON.stringify(await handler(JSON.parse(JSON.stringify(request)), lambdaContext)))
  return { catalog: new ConsulDoor(carry), servers, stop }
})
