import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { AccessSource, ConsulAccess } from '../../../adapters/consul/access.ts'
import { ConsulHttp } from '../../../adapters/consul/http.ts'
import { ConsulFailure, ConsulRequests } from '../../../adapters/consul/requests.ts'
import { randomSecrets } from '../../../adapters/consul/secret-maker.ts'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { ServiceRefusal } from '../../../core/base/errors.ts'
import { type ConsulCluster, startConsul } from '../../live/consul.ts'
import { askServer, fixedAccess } from '../../live/consul-api.ts'

/** Answers with one access and, once that was refused, with another. */
class Changing implements AccessSource {
  renewals = 0
  now: ConsulAccess
  readonly next: ConsulAccess

  constructor(now: ConsulAccess, next: ConsulAccess) {
    this.now = now
    this.next = next
  }

  current = (): Promise<ConsulAccess> => Promise.resolve(this.now)
  renew = (): Promise<ConsulAccess> => {
    this.renewals += 1
    this.now = this.next
    return Promise.resolve(this.now)
  }
}

describe('requests to a Consul server with access control', () => {
  let cluster: ConsulCluster
  let server: ConsulServer
  let unknown: ConsulAccess
  beforeAll(async () => {
    cluster = await startConsul(3)
    server = cluster.servers[0] as ConsulServer
    unknown = { ...cluster.management, token: randomSecrets.token() }
  }, 40_000)
  afterAll(() => cluster?.stop())

  const using = (access: AccessSource): ConsulHttp => new ConsulHttp(new ConsulRequests(access))

  it('are made again with a new token when the old one is not known any more', async () => {
    const access = new Changing(unknown, cluster.management)
    const { voters } = await using(access).cluster(server)
    expect(voters.sort()).toEqual(cluster.servers.map(({ address }) => address))
    expect(access.renewals).toBeGreaterThan(0)
  })

  it('fail for now with a token that nobody knows yet, and are refused with one that may not do it', async () => {
    const entry = { ID: 'i-1', Name: 'one', Address: '127.0.0.1', Meta: {} }
    await expect(using(fixedAccess(unknown)).register(server, { registration: entry })).rejects.toThrow(
      ConsulFailure,
    )
    const put = { method: 'PUT', body: { SecretID: unknown.token } }
    await askServer(server.address, '/v1/acl/token', cluster.management, put)
    await expect(using(fixedAccess(unknown)).register(server, { registration: entry })).rejects.toThrow(
      ServiceRefusal,
    )
  })

  it('reach the servers that do not know a new token yet, which follow the one that made it', async () => {
    for (let round = 0; round < 10; round++) {
      const token = randomSecrets.token()
      const Policies = [{ Name: 'registration' }]
      const put = { method: 'PUT', body: { SecretID: token, Policies } }
      await askServer(server.address, '/v1/acl/token', cluster.management, put)
      const catalog = using(fixedAccess({ ...cluster.management, token }))
      const entry = { ID: `i-3${round}`, Name: 'three', Address: '127.0.0.1', Meta: {} }
      await Promise.all(cluster.servers.map((each) => catalog.register(each, { registration: entry })))
    }
  }, 20_000)

  it('reach no server whose certificate another authority signed', async () => {
    const foreign = { ...cluster.management, certificate: randomSecrets.authority().certificate }
    await expect(using(fixedAccess(foreign)).cluster(server)).rejects.toThrow(/certificate|signature/)
  })

  it('wait for a server that hangs as long as the caller is patient', async () => {
    const hanging = createServer(() => {})
    const silent = { instanceId: 'i-0dead', address: server.address.replace(/\d+$/, '99') }
    await new Promise<void>((resolve) => hanging.listen(8501, silent.address, resolve))
    const start = performance.now()
    await expect(cluster.catalog.listing(silent, { patienceMs: 300 })).rejects.toThrow(silent.address)
    expect(performance.now() - start).toBeLessThan(1500)
    hanging.close()
  })

  it('make an entry look out of date that another token put there', async () => {
    const entry = { ID: 'i-2', Name: 'two', Address: '127.0.0.1', Meta: { 'instance-id': 'i-2' } }
    await using(fixedAccess(cluster.management)).register(server, { registration: entry })
    const own = await using(fixedAccess(cluster.management)).listing(server, { instanceIds: ['i-2'] })
    expect(own.entries[0]?.meta).toEqual({ 'instance-id': 'i-2' })
    const other = await cluster.catalog.listing(server, { instanceIds: ['i-2'] })
    expect(other.entries[0]?.meta).not.toEqual({ 'instance-id': 'i-2' })
    await cluster.catalog.register(server, { registration: entry })
    const after = await cluster.catalog.listing(server, { instanceIds: ['i-2'] })
    expect(after.entries[0]?.meta).toEqual({ 'instance-id': 'i-2' })
  })
})
