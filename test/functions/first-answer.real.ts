import { Resolver } from 'node:dns/promises'
import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ConsulDoor } from '../../adapters/consul/door.ts'
import { ProbingConsul } from '../../adapters/consul/first-answer.ts'
import { ask } from '../../adapters/consul/probes.ts'
import { ConsulRequests } from '../../adapters/consul/requests.ts'
import type { ConsulServer, ServiceCatalog } from '../../core/base/catalog.ts'
import type { Instance } from '../../core/base/instances.ts'
import type { DoorRequest, DoorResponse } from '../../core/registration/door.ts'
import { FirstAnswer } from '../../core/registration/first-answer.ts'
import { handler as consul } from '../../functions/consul.ts'
import { type ConsulCluster, startConsul } from '../live/consul.ts'
import { fixedAccess } from '../live/consul-api.ts'
import { ModelFleet, stateChange, terminating } from '../model/model-fleet.ts'
import { lambdaContext } from '../support/lambda-context.ts'

const PORT = 18080

/**
 * A real Consul server behind the function `consul`; the instances are records whose health one process
 * answers.
 */
describe('registration with a first answer', () => {
  let cluster: ConsulCluster
  let server: ConsulServer
  let network = ''
  let hosts = 0
  let asked = 0
  const answering: Server[] = []

  beforeAll(async () => {
    cluster = await startConsul(1)
    server = cluster.servers[0] as ConsulServer
    network = server.address.split('.')[1] ?? ''
  }, 40_000)
  /** Every fleet numbers its instances from one, and an agent keeps the state of a check that it knows. */
  const clear = async (): Promise<void> => {
    for (const { id } of (await cluster.catalog.listing(server)).entries)
      await cluster.catalog.deregister(server, { id })
  }
  afterEach(async () => {
    for (const each of answering.splice(0)) each.close()
    await clear()
  })
  afterAll(() => cluster?.stop(), 20_000)

  const throughDoor = (catalog: ServiceCatalog): ServiceCatalog => {
    const handler = consul.wired(() => ({ catalog, vpcCidr: '127.0.0.0/8' }))
    return new ConsulDoor(
      async (request: DoorRequest): Promise<DoorResponse> =>
        JSON.parse(JSON.stringify(await handler(JSON.parse(JSON.stringify(request)), lambdaContext))),
    )
  }
  const probing = () => {
    const first = new FirstAnswer(ask, { now: () => performance.now(), pause: sleep })
    return throughDoor(new ProbingConsul(first, new ConsulRequests(fixedAccess(cluster.access))))
  }
  const plain = () => throughDoor(cluster.catalog)

  /** A fleet whose services each have a name, so that DNS can tell them apart. */
  const fleetOf = (catalog: ServiceCatalog, count: number, interval: string) => {
    const fleet = new ModelFleet()
    fleet.adopt(server)
    fleet.other = catalog
    const instances = Array.from({ length: count }, () => {
      const name = `s${++hosts}`
      const check = { http: `http://HEALTHROUTE:${PORT}/`, interval, timeout: '1s' }
      const parameter = `/nanofleet/test/web/${name}/consul`
      fleet.parameters.set(parameter, JSON.stringify({ name, port: PORT, checks: [check] }))
      const instance = fleet.service(parameter)
      instance.address = `127.${network}.2.${hosts}`
      return { ...instance, name }
    })
    return { fleet, instances }
  }
  const serve = async (address: string): Promise<void> => {
    const listener = createServer((_request, response) => {
      asked++
      response.end('ok')
    })
    answering.push(listener)
    await new Promise<void>((resolve) => listener.listen(PORT, address, resolve))
  }
  const untilDns = async (name: string): Promise<number> => {
    const resolver = new Resolver({ timeout: 500, tries: 1 })
    resolver.setServers([`${server.address}:8600`])
    for (const start = performance.now(); ; await sleep(5)) {
      const found = await resolver.resolve4(`${name}.service.consul`).catch(() => [])
      if (found.length > 0) return performance.now() - start
    }
  }
  /** Milliseconds from the events until DNS answers for each instance. */
  const times = async (fleet: ModelFleet, instances: (Instance & { name: string })[]): Promise<number[]> => {
    const waits = Promise.all(instances.map(({ name }) => untilDns(name)))
    await fleet.deliver(...instances.map((each) => stateChange(each, 'running')))
    return (await waits).sort((a, b) => a - b)
  }
  const statusOf = async (id: string) =>
    (await cluster.catalog.listing(server)).entries.find((entry) => entry.id === id)?.status

  it('is in DNS at once if the check passes at once, instead of within its interval', async () => {
    const [first, late] = [fleetOf(probing(), 10, '10s'), fleetOf(plain(), 10, '10s')]
    await Promise.all([...first.instances, ...late.instances].map(({ address }) => serve(address)))
    const withProbe = await times(first.fleet, first.instances)
    await clear()
    const without = await times(late.fleet, late.instances)
    print('ready before', withProbe, without)
    expect(withProbe.at(-1)).toBeLessThan(1000)
    expect(without.at(-1)).toBeGreaterThan(1000)
  }, 40_000)

  it('is in DNS as soon as a service that is still starting is ready', async () => {
    const { fleet, instances } = fleetOf(probing(), 10, '10s')
    const serving = sleep(700).then(() => Promise.all(instances.map(({ address }) => serve(address))))
    const waited = await times(fleet, instances)
    await serving
    print('ready after 700 ms', waited)
    expect(waited[0]).toBeGreaterThan(690)
    expect(waited.at(-1)).toBeLessThan(1700)
  }, 20_000)

  it('registers a service that is not ready as critical, without delaying others', async () => {
    const { fleet, instances } = fleetOf(probing(), 2, '1h')
    const [ready, down] = instances
    await serve(ready?.address ?? '')
    const waited = untilDns(ready?.name ?? '')
    const start = performance.now()
    expect(await fleet.deliver(...instances.map((each) => stateChange(each, 'running')))).toMatchObject({
      report: { registered: 2, failed: [] },
    })
    expect(performance.now() - start).toBeLessThan(4000)
    expect(await waited).toBeLessThan(1000)
    expect(await statusOf(down?.id ?? '')).toBe('critical')
  }, 20_000)

  it('writes nothing in the next round: what the probe saw is not a difference', async () => {
    const { fleet, instances } = fleetOf(probing(), 2, '1h')
    await serve(instances[0]?.address ?? '')
    await fleet.reconcile()
    await serve(instances[1]?.address ?? '')
    expect(await fleet.reconcile()).toMatchObject({ registered: 0, removed: 0, problems: [] })
  }, 20_000)

  it('does not change the state of a check that Consul already has', async () => {
    const { fleet, instances } = fleetOf(probing(), 2, '1h')
    const [up, down] = instances
    await serve(up?.address ?? '')
    await fleet.reconcile()
    for (const each of answering.splice(0)) each.close()
    await serve(down?.address ?? '')
    for (const [name, text] of fleet.parameters)
      fleet.parameters.set(name, text.replace('"port"', '"tags": ["new"], "port"'))
    expect(await fleet.reconcile()).toMatchObject({ registered: 2 })
    expect([await statusOf(up?.id ?? ''), await statusOf(down?.id ?? '')]).toEqual(['passing', 'critical'])
  }, 20_000)

  it('does not probe an instance that is on its way out, and keeps it out of DNS', async () => {
    const { fleet, instances } = fleetOf(probing(), 1, '1h')
    const [going] = instances
    await serve(going?.address ?? '')
    await fleet.reconcile()
    await fleet.deliver(terminating({ id: going?.id ?? '' }))
    for (const [name, text] of fleet.parameters)
      fleet.parameters.set(name, text.replace('"port"', '"tags": ["new"], "port"'))
    asked = 0
    expect(await fleet.reconcile()).toMatchObject({ registered: 1 })
    expect([asked, await statusOf(going?.id ?? '')]).toEqual([0, 'maintenance'])
  }, 20_000)
})

/** For people who read the log; docs/registration.md has such figures. */
function print(what: string, withProbe: number[], without?: number[]): void {
  const range = (all: number[]) =>
    `p50 ${Math.round(all[all.length >> 1] ?? 0)}, max ${Math.round(all.at(-1) ?? 0)} ms`
  process.stderr.write(
    `state change to DNS, check every 10 s, ${what}: ${range(withProbe)}${without ? `; without a probe ${range(without)}` : ''}\n`,
  )
}
