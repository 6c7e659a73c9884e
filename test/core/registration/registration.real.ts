import { Resolver } from 'node:dns/promises'
import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ConsulHttp } from '../../../adapters/consul/http.ts'
import { ConsulRequests } from '../../../adapters/consul/requests.ts'
import { randomSecrets } from '../../../adapters/consul/secret-maker.ts'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import type { Instance } from '../../../core/base/instances.ts'
import { type ConsulCluster, startConsul } from '../../live/consul.ts'
import { askServer, fixedAccess } from '../../live/consul-api.ts'
import { ModelFleet, stateChange, terminating } from '../../model/model-fleet.ts'

const parameter = '/nanofleet/test/web/web/consul'
const PORT = 18080

/**
 * Three real Consul servers; the instances are records whose health one process answers on their addresses.
 */
describe('registration with real Consul servers', () => {
  let cluster: ConsulCluster
  let fleet: ModelFleet
  let instances: Instance[]
  const answering: Server[] = []

  beforeAll(async () => {
    cluster = await startConsul(3)
    fleet = new ModelFleet()
    fleet.other = cluster.catalog
    for (const server of cluster.servers) fleet.adopt(server)
    const check = { http: `http://HEALTHROUTE:${PORT}/`, interval: '1s', timeout: '1s' }
    fleet.parameters.set(parameter, JSON.stringify({ service: { name: 'web', port: PORT, checks: [check] } }))
    const network = cluster.servers[0]?.address.split('.')[1]
    instances = Array.from({ length: 6 }, (_, index) => {
      const instance = fleet.service(parameter)
      instance.address = `127.${network}.1.${index + 1}`
      return instance
    })
    for (const { address } of instances) {
      const server = createServer((_request, response) => response.end('ok'))
      answering.push(server)
      await new Promise<void>((resolve) => server.listen(PORT, address, resolve))
    }
  }, 40_000)

  afterAll(async () => {
    for (const server of answering) server.close()
    await cluster?.stop()
  }, 20_000)

  const dns = async (server: ConsulServer): Promise<string[]> => {
    const resolver = new Resolver({ timeout: 500, tries: 1 })
    resolver.setServers([`${server.address}:8600`])
    // Consul answers three addresses of many by default; SRV over several questions would only hide the
    // order.
    const found = new Set<string>()
    for (let question = 0; question < 12; question++)
      for (const address of await resolver.resolve4('web.service.consul').catch(() => [])) found.add(address)
    return [...found].sort()
  }
  const addresses = (of: Instance[]) => of.map((each) => each.address).sort()
  const untilDns = async (server: ConsulServer, expected: string[], seconds = 5): Promise<void> => {
    const end = Date.now() + seconds * 1000
    let last: string[] = []
    while (Date.now() < end) {
      last = await dns(server)
      if (JSON.stringify(last) === JSON.stringify(expected)) return
      await sleep(50)
    }
    expect(last).toEqual(expected)
  }
  /**
   * Rounds until three in a row find the catalog naming each instance once and write nothing: a server that
   * returns brings its old entries back a moment later, and a round that waits for a check to pass removes
   * nothing.
   */
  const untilEachOnce = async (server: () => ConsulServer): Promise<void> => {
    const expected = instances.map((each) => each.id).sort()
    const end = Date.now() + 25_000
    for (let calm = 0; calm < 3; ) {
      const report = await fleet.reconcile().catch(() => undefined)
      const health = await cluster.catalog.health(server(), { services: ['web'] }).catch(() => ({ web: [] }))
      const ids = (health.web ?? []).map((entry) => entry.instanceId).sort()
      const same = JSON.stringify(ids) === JSON.stringify(expected)
      calm = same && report?.registered === 0 && report.removed === 0 ? calm + 1 : 0
      if (Date.now() > end) expect({ ids, report }).toEqual({ ids: expected, report: 'nothing written' })
      await sleep(300)
    }
  }
  const living = () => fleet.servers.filter((server) => !dead.has(server.address))
  const dead = new Set<string>()

  it('makes running instances answer DNS under their name once their check passes', async () => {
    const outcome = await fleet.deliver(...instances.map((each) => stateChange(each, 'running')))
    expect(outcome).toMatchObject({ failed: [], report: { registered: 6, failed: [] } })
    await untilDns(cluster.servers[0] as ConsulServer, addresses(instances))
  }, 20_000)

  it('writes nothing in a round after that: what Consul adds to a registration is no difference', async () => {
    expect(await fleet.reconcile()).toMatchObject({ registered: 0, removed: 0, maintained: 0, problems: [] })
  })

  it('registers an instance whose token no server knew at first, as soon as they do', async () => {
    const token = randomSecrets.token()
    const access = { ...cluster.access, token }
    const late = fleet.service(parameter)
    late.address = `127.${cluster.servers[0]?.address.split('.')[1]}.1.1`
    fleet.other = new ConsulHttp(new ConsulRequests(fixedAccess(access)))
    const { report, failed } = await fleet.deliver(stateChange(late, 'running'))
    expect({ registered: report?.registered, failed }).toEqual({ registered: 0, failed: [] })
    const body = { SecretID: token, Policies: [{ Name: 'registration' }] }
    const put = { method: 'PUT', body }
    await askServer(cluster.servers[0]?.address ?? '', '/v1/acl/token', cluster.management, put)
    expect(await fleet.deliverLater()).toMatchObject({ report: { registered: 1, failed: [] } })
    expect(fleet.sent).toEqual([])
    const found = await fleet.other.health(cluster.servers[1] as ConsulServer, { services: ['web'] })
    expect(found.web?.map(({ instanceId }) => instanceId)).toContain(late.id)
    fleet.other = cluster.catalog
    fleet.set(late, 'terminated')
    expect(await fleet.reconcile()).toMatchObject({ removed: 1, failed: [], problems: [] })
  }, 20_000)

  it('takes an instance out of DNS when its group terminates it, and keeps it out', async () => {
    const going = instances[0] as Instance
    await fleet.deliver(terminating(going))
    await untilDns(cluster.servers[1] as ConsulServer, addresses(instances.slice(1)), 1)
    expect(await fleet.reconcile()).toMatchObject({ registered: 0, removed: 0, maintained: 0 })
    fleet.set(going, 'shutting-down')
    expect(await fleet.deliver(stateChange(going, 'shutting-down'))).toMatchObject({ report: { removed: 1 } })
    instances = instances.slice(1)
  }, 20_000)

  it('registers a changed definition again', async () => {
    fleet.parameters.set(parameter, (fleet.parameters.get(parameter) ?? '').replace('"1s"', '"2s"'))
    expect(await fleet.reconcile()).toMatchObject({ registered: 5, removed: 0 })
    expect(await fleet.reconcile()).toMatchObject({ registered: 0 })
    await untilDns(cluster.servers[2] as ConsulServer, addresses(instances))
  }, 20_000)

  it('moves the registrations of a killed server and leaves each instance once', async () => {
    const lost = cluster.servers[0] as ConsulServer
    await cluster.kill(lost)
    dead.add(lost.address)
    fleet.set({ id: lost.instanceId }, 'terminated')
    await untilEachOnce(() => living()[0] as ConsulServer)
    await untilDns(living()[0] as ConsulServer, addresses(instances))
  }, 40_000)

  it('moves registrations back when the server returns with its old data, and leaves each instance once', async () => {
    const back = cluster.servers[0] as ConsulServer
    await cluster.revive(back)
    dead.delete(back.address)
    fleet.set({ id: back.instanceId }, 'running')
    fleet.adopt(back)
    await untilEachOnce(() => back)
    await untilDns(back, addresses(instances))
  }, 40_000)
})
