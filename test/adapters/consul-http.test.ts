import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ConsulHttp } from '../../adapters/consul-http.ts'
import { ConsulRequests } from '../../adapters/consul-requests.ts'
import { CERTIFICATE, KEY } from '../support/certificate.ts'
import { fixedAccess } from '../support/consul-api.ts'

/** What the adapter asks of a server; what Consul makes of it is in test/contracts/service-catalog.real.ts. */
describe('the catalog over HTTP', () => {
  const asked: string[] = []
  let server: Server
  let inFlight = 0
  let most = 0
  beforeAll(async () => {
    server = createServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
      asked.push(`${request.method} ${request.url?.split('?')[0]}`)
      most = Math.max(most, ++inFlight)
      request.resume().on('end', () =>
        setTimeout(() => {
          inFlight--
          response.end('{}')
        }, 10),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  const at = { instanceId: 'i-0c1', address: '127.0.0.1' }
  const access = fixedAccess({ token: '', certificate: CERTIFICATE })
  const catalog = () => new ConsulHttp(new ConsulRequests(access, (server.address() as AddressInfo).port))
  const registration = (ID: string) => ({ ID, Name: 'web', Address: '10.77.0.9', Meta: {} })

  it('registers at the agent, which runs the checks and removes what stays critical, not in the catalog alone', async () => {
    await catalog().register(at, registration('i-1'))
    await catalog().deregister(at, 'i-1')
    expect(asked).toEqual(['PUT /v1/agent/service/register', 'PUT /v1/agent/service/deregister/i-1'])
  })

  it('has sixteen requests in flight at one server and no more, in the order in which they came', async () => {
    asked.length = 0
    const one = catalog()
    const ids = Array.from({ length: 200 }, (_, index) => `i-${index}`)
    await Promise.all(ids.map((id) => one.deregister(at, id)))
    expect(most).toBeLessThanOrEqual(16)
    const order = asked.map((line) => ids.indexOf(line.split('/').at(-1) ?? ''))
    expect(Math.max(...order.map((id, index) => Math.abs(id - index)))).toBeLessThan(16)
  })
})
