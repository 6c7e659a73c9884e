import * as z from 'zod'
import { readNamesPort, readStage } from '../adapters/config.ts'
import { ConsulNames } from '../adapters/consul/names.ts'
import { forward, type Means } from '../adapters/proxy/forward.ts'
import { loadBalancerAddresses } from '../core/base/resolvers.ts'
import { ANSWER_SECONDS, type Header, type ProxyRequest } from '../core/proxy/message.ts'
import { lambda } from './lib/lambda.ts'

const header: z.ZodType<Header> = z.tuple([z.string(), z.string()])
const proxyRequest: z.ZodType<ProxyRequest> = z.strictObject({
  service: z.string(),
  protocol: z.enum(['HTTP/1.1', 'HTTP/2']),
  method: z
    .string()
    .regex(/^[A-Z]+$/, 'is not the name of a method')
    .refine((method) => method !== 'CONNECT'),
  path: z.string().startsWith('/', 'begins with no slash'),
  headers: z.array(header),
  body: z.base64('is not base64'),
})

/**
 * `nanofleet proxy` on AWS: takes one request of a person to a service inside the private network. It has no
 * rights of its own and knows only where Consul's DNS is.
 */
export const handler = lambda('proxy', {
  input: proxyRequest,
  parts: (): Means => {
    const { vpcCidr, privateCidrs } = readStage()
    const port = readNamesPort()
    const servers = loadBalancerAddresses(privateCidrs).map((address) => `${address}:${port}`)
    const names = new ConsulNames(servers, vpcCidr)
    return {
      places: (service, most) => names.places(service, most),
      patienceMs: ANSWER_SECONDS * 1000,
    }
  },
  work: async (means, request) => await forward(request, means),
  // Neither paths nor headers: they may hold secrets.
  told: (answer) =>
    'problem' in answer ? { problem: answer.sentence } : { instance: answer.instance, status: answer.status },
})
