import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import * as clients from '../../../adapters/aws/clients.ts'
import { Ec2Instances } from '../../../adapters/aws/ec2-instances.ts'

const ERROR = (code: string) =>
  `<Response><Errors><Error><Code>${code}</Code><Message>Request limit exceeded.</Message></Error></Errors></Response>`
const EMPTY = '<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** EC2 that refuses the first calls, or never answers them. */
async function ec2(
  refused: number,
  how: 'throttles' | 'hangs',
): Promise<{ client: ReturnType<typeof clients.ec2>; calls: () => number }> {
  let calls = 0
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      calls++
      if (calls > refused) response.end(EMPTY)
      else if (how === 'throttles') response.writeHead(503).end(ERROR('RequestLimitExceeded'))
    })
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  process.env.AWS_REGION = 'eu-west-1'
  process.env.AWS_ENDPOINT_URL_EC2 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  process.env.AWS_ACCESS_KEY_ID = 'test'
  process.env.AWS_SECRET_ACCESS_KEY = 'test'
  const { requestHandler } = clients.PROMPT
  return {
    client: clients.ec2({ requestHandler: { ...requestHandler, requestTimeout: 200 } }),
    calls: () => calls,
  }
}

describe('the client of EC2', () => {
  it('tries again when it is throttled, and slows down by itself', async () => {
    const { client, calls } = await ec2(1, 'throttles')
    expect(await new Ec2Instances(client, 'vpc-0a').all()).toEqual([])
    expect(calls()).toBe(2)
    expect(await client.config.retryStrategy()).toMatchObject({ mode: 'adaptive' })
  })

  it('gives up a call that is not answered and makes it again', async () => {
    const { client, calls } = await ec2(1, 'hangs')
    expect(await new Ec2Instances(client, 'vpc-0a').all()).toEqual([])
    expect(calls()).toBe(2)
  })

  it('has given up before the function register is cut off', () => {
    const { connectionTimeout, requestTimeout } = clients.PROMPT.requestHandler
    expect(connectionTimeout).toBeLessThan(requestTimeout)
    expect(5 * requestTimeout).toBeLessThan(30_000)
  })
})
