import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { afterEach, describe, expect, it } from '@jest/globals'
import { call, consulDoor } from '../../../adapters/consul/lambda-calls.ts'
import { ServiceFailure, ServiceRefusal } from '../../../core/base/errors.ts'

interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string
}
const refused = (status: number, name: string): Answer => ({
  status,
  headers: { 'x-amzn-errortype': name },
  body: JSON.stringify({ message: `${name}, it says` }),
})
const ended = (errorMessage: string): Answer => ({
  status: 200,
  headers: { 'x-amz-function-error': 'Unhandled' },
  body: JSON.stringify({ errorMessage }),
})

let server: Server
afterEach(() => new Promise((resolve) => server.close(resolve)))

/** A client of a Lambda that answers every invocation so. */
async function client({ status, headers, body }: Answer): Promise<LambdaClient> {
  server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status, headers).end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new LambdaClient({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
}

describe('a call of a function', () => {
  it('returns what the function answers', async () => {
    expect(await call(await client({ status: 200, body: '{"a":1}' }), 'f', {})).toEqual({ a: 1 })
  })

  it.each<[string, Answer, boolean]>([
    ['it is not allowed', refused(403, 'AccessDeniedException'), true],
    ['there is no such function', refused(404, 'ResourceNotFoundException'), true],
    ['the function ends with an error', ended('Cannot find module'), true],
    ['the answer is not JSON', { status: 200, body: '<html>' }, true],
    ['there are too many requests', refused(429, 'TooManyRequestsException'), false],
    ['the function is being changed', refused(409, 'ResourceConflictException'), false],
    // Lambda takes its network interface away and has to make another one ("Lambda function states").
    ['the function was idle for weeks', refused(502, 'ResourceNotReadyException'), false],
    ['Lambda is out of order', refused(500, 'ServiceException'), false],
    ['the function does not end in time', ended('Task timed out after 30.00 seconds'), false],
  ])('fails when %s', async (_when, answer, refusal) => {
    const error = await call(await client(answer), 'f', {}).catch((problem: Error) => problem)
    expect(error).toBeInstanceOf(ServiceFailure)
    expect(error instanceof ServiceRefusal).toBe(refusal)
  })

  it('that is refused reaches who asks Consul as a refusal, with the reason', async () => {
    const door = consulDoor(await client(refused(403, 'AccessDeniedException')), 'dev')
    const asked = door.health({ instanceId: 'i-1', address: '10.0.0.1' }, { services: ['web'] })
    await expect(asked).rejects.toThrow(ServiceRefusal)
    await expect(asked).rejects.toThrow(
      'nanofleet-dev-consul cannot be invoked: AccessDeniedException, it says',
    )
  })
})
