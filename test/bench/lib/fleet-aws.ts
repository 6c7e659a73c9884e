import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ServiceCatalog } from '../../../core/base/catalog.ts'
import { answerCalls, type DoorRequest } from '../../../core/registration/door.ts'
import { type FleetInstance, reservation } from './fleet-xml.ts'

/** The largest answer of a function in bytes (Lambda quotas, "Invocation payload"). */
const LAMBDA_LIMIT = 6 * 1024 * 1024
/** Instances per page of DescribeInstances. */
const PAGE = 1000

const WRITES = new Set(['register', 'deregister', 'forget', 'maintenance'])
/** Where the servers may be. */
export const EVERYWHERE = '0.0.0.0/0'

/** The part of AWS that a round uses, over HTTP for the real SDK, counting every call. */
export interface FleetAws {
  endpoint: string
  /** The calls since the last time by service, and the writes to the catalog. */
  counted(): Record<string, number>
  stop(): Promise<void>
}

/**
 * @param definitions texts by parameter name
 * @param catalog the catalog behind the function `consul`
 */
export async function startFleetAws(
  instances: FleetInstance[],
  definitions: Map<string, string>,
  catalog: ServiceCatalog,
): Promise<FleetAws> {
  const pages = Array.from({ length: Math.ceil(instances.length / PAGE) }, (_, index) => {
    const some = instances.slice(index * PAGE, (index + 1) * PAGE)
    const next = (index + 1) * PAGE < instances.length ? `<nextToken>${index + 1}</nextToken>` : ''
    return Buffer.from(
      `<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>` +
        `<reservationSet>${some.map(reservation).join('')}</reservationSet>${next}</DescribeInstancesResponse>`,
    )
  })
  let counts: Record<string, number> = {}
  const count = (service: string, bytes: number): void => {
    counts[service] = (counts[service] ?? 0) + 1
    counts[`${service} bytes`] = (counts[`${service} bytes`] ?? 0) + bytes
  }

  const invoke = async (body: string, response: ServerResponse): Promise<void> => {
    const request = JSON.parse(body) as DoorRequest
    for (const { verb } of request.calls) if (WRITES.has(verb)) count('writes', 0)
    const answer = JSON.stringify(await answerCalls(catalog, request, EVERYWHERE))
    count('Lambda', Buffer.byteLength(answer))
    if (Buffer.byteLength(answer) <= LAMBDA_LIMIT) response.end(answer)
    else
      response
        .setHeader('x-amz-function-error', 'Unhandled')
        .end(JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage: 'too large' }))
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request)
    const target = String(request.headers['x-amz-target'] ?? '')
    if (request.url?.includes('/invocations')) return await invoke(body, response)
    if (target.endsWith('.GetParameters')) {
      const { Names } = JSON.parse(body) as { Names: string[] }
      const Parameters = Names.flatMap((Name) =>
        definitions.has(Name) ? [{ Name, Type: 'String', Value: definitions.get(Name) }] : [],
      )
      count('SSM', 0)
      response.setHeader('content-type', 'application/x-amz-json-1.1').end(JSON.stringify({ Parameters }))
    } else if (target.includes('DynamoDB')) {
      count('DynamoDB', 0)
      response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}')
    } else {
      const page = pages[Number(new URLSearchParams(body).get('NextToken') ?? 0)] ?? Buffer.alloc(0)
      count('EC2', page.length)
      response.setHeader('content-type', 'text/xml').end(page)
    }
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted: () => {
      const before = counts
      counts = {}
      return before
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
