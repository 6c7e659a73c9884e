import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { identify } from '../../../apps/lib/metadata.ts'

const PLACES: Record<string, string> = {
  '/latest/meta-data/instance-id': 'i-1',
  '/latest/meta-data/placement/availability-zone': 'eu-west-1a',
  '/latest/meta-data/ami-id': 'ami-1',
  '/latest/meta-data/local-ipv4': '10.77.0.20',
}

describe('the instance metadata service', () => {
  let server: Server
  let silent = 0
  let endpoint = ''
  beforeEach(async () => {
    silent = 0
    server = createServer((request, response) => {
      if (silent-- > 0) return
      if (request.method === 'PUT') return void response.end('token')
      const known = request.headers['x-aws-ec2-metadata-token'] === 'token' && PLACES[request.url ?? '']
      response.writeHead(known ? 200 : 404).end(known || '')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterEach(() => {
    server.close()
    server.closeAllConnections()
  })

  const OURS = { instanceId: 'i-1', zone: 'eu-west-1a', imageId: 'ami-1', address: '10.77.0.20' }

  it.each([0, 1, 2])('says who an instance is, though it is silent %i times first', async (times) => {
    silent = times
    expect(await identify(endpoint, 250)).toEqual(OURS)
  })

  it('is not there when it is silent three times', async () => {
    silent = 3
    expect(await identify(endpoint, 250)).toBeNull()
  })

  it('is not there when nothing listens, which is known at once', async () => {
    server.close()
    server.closeAllConnections()
    const since = Date.now()
    expect(await identify(endpoint, 5000)).toBeNull()
    expect(Date.now() - since).toBeLessThan(4000)
  })
})
