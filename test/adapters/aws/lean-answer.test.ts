import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { EC2Client } from '@aws-sdk/client-ec2'
import { afterEach, describe, expect, it } from '@jest/globals'
import { Ec2Instances } from '../../../adapters/aws/ec2-instances.ts'
import { lean } from '../../../adapters/aws/lean-answer.ts'
import { BENCH_VPC, reservation } from '../../bench/lib/fleet-xml.ts'

const instance = {
  id: 'i-0123456789abcdef0',
  address: '10.77.0.9',
  kind: 'service' as const,
  app: 'a &amp; b',
  service: 'imageId',
  definition: '/nanofleet/bench/a/web/consul',
}

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function ec2(status: number, body: string): Promise<EC2Client> {
  server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status, { 'content-type': 'text/xml' }).end(body))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return new EC2Client({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
}

describe('an answer of EC2 without what nobody reads', () => {
  /** The answer when it arrives in pieces of `size` bytes. */
  const leanOf = (xml: string, size = 1000): Promise<string> => {
    const bytes = Buffer.from(xml)
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    )
    return lean(Readable.from(pieces))
  }

  it('is less than a quarter of what EC2 says', async () => {
    const xml = reservation(instance)
    expect((await leanOf(xml)).length).toBeLessThan(xml.length / 4)
  })

  it('is the same, wherever the pieces that arrive are cut', async () => {
    const xml = reservation({ ...instance, app: 'Käse €' })
    const whole = await leanOf(xml, xml.length * 4)
    expect(whole).toContain('nanofleet-bench-Käse €-imageId')
    for (let size = 1; size < 300; size++) expect(await leanOf(xml, size)).toBe(whole)
  })

  it('says of an instance what a round reads', async () => {
    const client = await ec2(
      200,
      `<DescribeInstancesResponse><reservationSet>${reservation(instance)}</reservationSet></DescribeInstancesResponse>`,
    )
    expect(await new Ec2Instances(client, BENCH_VPC).all()).toEqual([
      {
        id: instance.id,
        state: 'running',
        address: '10.77.0.9',
        vpcId: BENCH_VPC,
        tags: {
          Name: 'nanofleet-bench-a & b-imageId',
          consulcloud: 'service',
          consulserviceconfig: instance.definition,
          'nanofleet:stage': 'bench',
          'nanofleet:app': 'a & b',
          'nanofleet:service': 'imageId',
          'nanofleet:release': '12',
        },
      },
    ])
  })

  it('goes on to the next page', async () => {
    const answer = `<reservationSet>${reservation(instance)}</reservationSet><nextToken>more</nextToken>`
    expect(await leanOf(answer)).toContain('</reservationSet><nextToken>more</nextToken>')
  })

  it('leaves an error as it is', async () => {
    const client = await ec2(
      400,
      '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not allowed</Message></Error></Errors></Response>',
    )
    await expect(new Ec2Instances(client, BENCH_VPC).all()).rejects.toThrow(
      'EC2 does not list the instances: not allowed',
    )
  })
})
