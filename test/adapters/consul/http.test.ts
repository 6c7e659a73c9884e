import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ConsulHttp } from '../../../adapters/consul/http.ts'
import { ConsulRequests } from '../../../adapters/consul/requests.ts'
import { fixedAccess } from '../../live/consul-api.ts'
import { CERTIFICATE, KEY } from './certificate.ts'

/**
 * What the adapter asks of a server; what Consul makes of it is in test/contracts/service-catalog.real.ts.
 */
describe('the catalog over HTTP', () => {
  const asked: string[] = []
  const answered: string[] = []
  /** Is told the path of each request that arrives. */
  let arrived: (path: string) => void = () => undefined
  let server: Server
  let inFlight = 0
  let most = 0
  beforeAll(async () => {
    server = createServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
      const path = `${request.url?.split('?')[0]}`
      asked.push(`${request.method} ${path}`)
      arrived(path)
      most = Math.max(most, ++inFlight)
      request.resume().on('end', () =>
        setTimeout(() => {
          inFlight--
          answered.push(path)
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
    await catalog().register(at, { registration: registration('i-1') })
    await catalog().deregister(at, { id: 'i-1' })
    expect(asked).toEqual(['PUT /v1/agent/service/register', 'PUT /v1/agent/service/deregister/i-1'])
  })

  it('asks for checks only where the agent has one of the instances', async () => {
    asked.length = 0
    expect(await catalog().listing(at, { instanceIds: ['i-1', 'i-2'] })).toEqual({ server: at, entries: [] })
    expect(asked).toEqual(['GET /v1/agent/services'])
    asked.length = 0
    await catalog().listing(at)
    expect(asked.sort()).toEqual(['GET /v1/agent/checks', 'GET /v1/agent/services'])
  })

  it('has sixteen requests in flight at one server and no more, in the order in which they came', async () => {
    answered.length = 0
    const one = catalog()
    const ids = Array.from({ length: 200 }, (_, index) => `i-${index}`)
    const place = (path: string) => ids.indexOf(path.split('/').at(-1) ?? '')
    // A connection may be slow: the first request to be sent need not arrive first.
    let open = 0
    arrived = (path) => {
      const earlier = answered.filter((each) => place(each) < place(path)).length
      open = Math.max(open, place(path) - earlier)
    }
    await Promise.all(ids.map((id) => one.deregister(at, { id })))
    expect(answered).toHaveLength(200)
    expect(most).toBeLessThanOrEqual(16)
    expect(open).toBeLessThan(16)
  })
})
