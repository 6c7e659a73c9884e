import type {
  CatalogEntry,
  ClusterView,
  ConsulServer,
  Listing,
  ServiceCatalog,
  StrandedEntry,
  Welcome,
} from '../../core/base/catalog.ts'
import { throughProber } from '../../core/registration/prober.ts'
import { registerNew } from '../../core/registration/register-new.ts'
import {
  type AgentCheck,
  type AgentService,
  type HealthEntry,
  inMaintenance,
  marked,
  toEntry,
} from './entries.ts'
import type { ConsulRequests } from './requests.ts'

/** Ids in one filter expression; beyond that the whole listing is read and filtered here. */
const FILTERED = 50

/** What an agent holds, by id. */
type Held = [services: Record<string, AgentService>, checks: Record<string, AgentCheck>]

/** Consul docs, "Operator HTTP API: Raft": addresses with port. */
interface RaftConfiguration {
  Servers: { Address: string; Voter: boolean }[]
}

/** Speaks Consul's HTTP API (Consul docs, "HTTP API structure") to the servers; only works inside the VPC. */
export class ConsulHttp implements ServiceCatalog {
  private readonly requests: ConsulRequests

  constructor(requests: ConsulRequests) {
    this.requests = requests
  }

  async listing(
    server: ConsulServer,
    { instanceIds, patienceMs }: Parameters<ServiceCatalog['listing']>[1] = {},
  ): Promise<Listing> {
    if (instanceIds?.length === 0) return { server, entries: [] }
    const [services, checks] =
      instanceIds !== undefined && instanceIds.length <= FILTERED
        ? await this.someOf(server, instanceIds, patienceMs)
        : await this.allOf(server, patienceMs)
    const token = await this.requests.token()
    const byService = Map.groupBy(Object.values(checks), (check) => check.ServiceID)
    const entries = Object.values(services).map((service) =>
      toEntry(service, byService.get(service.ID) ?? [], server.address, token),
    )
    return {
      server,
      entries: instanceIds ? entries.filter((e) => instanceIds.includes(e.instanceId)) : entries,
    }
  }

  private async allOf(server: ConsulServer, patienceMs?: number): Promise<Held> {
    return await Promise.all([this.services(server, patienceMs), this.checks(server, patienceMs)])
  }

  /**
   * An agent evaluates a filter on each of its entries. With one expression for all ids, and checks read only
   * for instances it has, it takes a third of the time at 300 entries. In a burst it has few of them.
   */
  private async someOf(server: ConsulServer, instanceIds: string[], patienceMs?: number): Promise<Held> {
    const ids = instanceIds.map((id) => id.replaceAll(/[^\w-]/g, '')).join('|')
    const services = await this.services(server, patienceMs, `Meta["instance-id"] matches "^(${ids})$"`)
    if (Object.keys(services).length === 0) return [services, {}]
    return [services, await this.checks(server, patienceMs, `ServiceID matches "^(${ids})(:|$)"`)]
  }

  private services(server: ConsulServer, patienceMs?: number, filter?: string): Promise<Held[0]> {
    return this.requests.get(server, { path: '/v1/agent/services', query: { filter }, patienceMs })
  }

  private checks(server: ConsulServer, patienceMs?: number, filter?: string): Promise<Held[1]> {
    return this.requests.get(server, { path: '/v1/agent/checks', query: { filter }, patienceMs })
  }

  /**
   * The servers are the nodes: each has the service `consul` for as long as the catalog knows it, and reading
   * that service's few entries is faster than reading all of the catalog's checks.
   */
  async cluster(
    server: ConsulServer,
    { present }: Parameters<ServiceCatalog['cluster']>[1] = {},
  ): Promise<ClusterView> {
    const leader = await this.requests.get<string>(server, { path: '/v1/status/leader' })
    if (leader === '') return { leader: null, nodes: [], voters: [], stranded: [], doubted: [] }
    const [known, raft] = await Promise.all([
      this.requests.get<HealthEntry[]>(server, { path: '/v1/health/service/consul' }),
      this.requests.get<RaftConfiguration>(server, { path: '/v1/operator/raft/configuration' }),
    ])
    // A node without gossip's check was written by a catalog call, and gossip does not know it.
    const nodes = known.flatMap(({ Node: { Node: name, Address: address }, Checks }) => {
      const verdict = Checks.find(({ CheckID }) => CheckID === 'serfHealth')
      return verdict ? [{ name, address, alive: verdict.Status === 'passing' }] : []
    })
    const entriesOn = (some: typeof nodes) => Promise.all(some.map((node) => this.entriesOf(server, node)))
    const [stranded, doubted] = await Promise.all([
      entriesOn(nodes.filter((node) => !node.alive)),
      entriesOn(nodes.filter((node) => node.alive && present && !present.includes(node.address))),
    ])
    const voters = raft.Servers.filter(({ Voter }) => Voter).map(
      ({ Address }) => new URL(`tcp://${Address}`).hostname,
    )
    return { leader, nodes, voters, stranded: stranded.flat(), doubted: doubted.flat() }
  }

  async register(
    server: ConsulServer,
    { registration, asleep }: Parameters<ServiceCatalog['register']>[1],
  ): Promise<void> {
    const asked = throughProber(registration, server)
    const put = asleep === undefined ? asked : inMaintenance(asked, asleep)
    await this.requests.put(server, {
      path: '/v1/agent/service/register',
      query: { 'replace-existing-checks': 'true' },
      body: marked(put, await this.requests.token()),
    })
  }

  async registerNew(
    server: ConsulServer,
    among: Parameters<ServiceCatalog['registerNew']>[1],
  ): Promise<Welcome> {
    return await registerNew(this, server, among)
  }

  async deregister(server: ConsulServer, { id }: { id: string }): Promise<void> {
    const path = `/v1/agent/service/deregister/${encodeURIComponent(id)}`
    await this.requests.put(server, { path, accepted: UNKNOWN })
  }

  async forget(server: ConsulServer, { node, id }: { node: string; id: string }): Promise<void> {
    const body = { Node: node, ServiceID: id }
    await this.requests.put(server, { path: '/v1/catalog/deregister', body, accepted: FORGOTTEN })
  }

  async maintenance(
    server: ConsulServer,
    { id, reason, instead = false }: Parameters<ServiceCatalog['maintenance']>[1],
  ): Promise<void> {
    // An agent ignores a new reason for an entry already in maintenance (tried with 1.22.6).
    if (instead) await this.maintenance(server, { id, reason: null })
    const path = `/v1/agent/service/maintenance/${encodeURIComponent(id)}`
    const query = { enable: String(reason !== null), reason: reason ?? undefined }
    await this.requests.put(server, { path, query, accepted: UNKNOWN })
  }

  async secretReports(server: ConsulServer): Promise<Record<string, string>> {
    // The values are base64 (Consul docs, "KV Store Endpoints"); a prefix without keys gets a 404.
    const found = await this.requests.get<{ Key: string; Value: string }[] | null>(server, {
      path: `/v1/kv/${REPORTS}`,
      query: { recurse: 'true' },
      accepted: NOTHING,
    })
    return Object.fromEntries(
      (found ?? []).map(({ Key, Value }) => [
        Key.slice(REPORTS.length),
        Buffer.from(Value, 'base64').toString('utf8'),
      ]),
    )
  }

  async health(
    server: ConsulServer,
    { services }: { services: string[] },
  ): Promise<Record<string, CatalogEntry[]>> {
    const token = await this.requests.token()
    const answers = await Promise.all(
      services.map(async (name) => {
        const path = `/v1/health/service/${encodeURIComponent(name)}`
        const found = await this.requests.get<HealthEntry[]>(server, { path })
        return [
          name,
          found.map(({ Node, Service, Checks }) => toEntry(Service, Checks, Node.Address, token)),
        ] as const
      }),
    )
    return Object.fromEntries(answers)
  }

  private async entriesOf(
    server: ConsulServer,
    node: { name: string; address: string },
  ): Promise<StrandedEntry[]> {
    const name = encodeURIComponent(node.name)
    const [token, held, checks] = await Promise.all([
      this.requests.token(),
      this.requests.get<{ Services: AgentService[] } | null>(server, {
        path: `/v1/catalog/node-services/${name}`,
      }),
      this.requests.get<AgentCheck[]>(server, { path: `/v1/health/node/${name}` }),
    ])
    return (held?.Services ?? []).map((service) => {
      const own = checks.filter((check) => check.ServiceID === service.ID || check.ServiceID === '')
      return { ...toEntry(service, own, node.address, token), node: node.name }
    })
  }
}

/** Where the servers report (`reportKey` in apps/platform/consul/keeper.go). */
const REPORTS = 'nanofleet/secrets/'
const NOTHING = { status: 404, text: '' }

/** The answer about a missing entry to a token that may not write nodes (tried with 1.19). */
const FORGOTTEN = { status: 500, text: 'Unknown service ID' }

/** An agent's answer about a service it does not hold: what should be gone already is. */
const UNKNOWN = { status: 404, text: 'Unknown service ID' }
