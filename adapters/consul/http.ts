import type {
  CatalogEntry,
  ClusterView,
  ConsulServer,
  Listing,
  Registration,
  ServiceCatalog,
  StrandedEntry,
} from '../../core/base/catalog.ts'
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

/** Milliseconds for the answer, if not those of every request. */
interface Bounds {
  patience?: number
}

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

  async listing(server: ConsulServer, scope?: string[] | null, patience?: number): Promise<Listing> {
    const instanceIds = scope ?? undefined
    if (instanceIds?.length === 0) return { server, entries: [] }
    const bounds = patience === undefined ? {} : { patience }
    const [services, checks] =
      instanceIds !== undefined && instanceIds.length <= FILTERED
        ? await this.someOf(server, instanceIds, bounds)
        : await this.allOf(server, bounds)
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

  private async allOf(server: ConsulServer, bounds: Bounds): Promise<Held> {
    return await Promise.all([this.services(server, {}, bounds), this.checks(server, {}, bounds)])
  }

  /**
   * An agent evaluates a filter on each of its entries: one expression for all ids, and the checks only of instances that it
   * has, take it a third of the time at 300 entries. In a burst most are new to it.
   */
  private async someOf(server: ConsulServer, instanceIds: string[], bounds: Bounds): Promise<Held> {
    const ids = instanceIds.map((id) => id.replaceAll(/[^\w-]/g, '')).join('|')
    const services = await this.services(
      server,
      { filter: `Meta["instance-id"] matches "^(${ids})$"` },
      bounds,
    )
    if (Object.keys(services).length === 0) return [services, {}]
    return [services, await this.checks(server, { filter: `ServiceID matches "^(${ids})(:|$)"` }, bounds)]
  }

  private services(server: ConsulServer, query: Record<string, string>, bounds: Bounds): Promise<Held[0]> {
    return this.requests.get(server, '/v1/agent/services', query, bounds)
  }

  private checks(server: ConsulServer, query: Record<string, string>, bounds: Bounds): Promise<Held[1]> {
    return this.requests.get(server, '/v1/agent/checks', query, bounds)
  }

  async cluster(server: ConsulServer, present?: string[]): Promise<ClusterView> {
    const leader = await this.requests.get<string>(server, '/v1/status/leader')
    if (leader === '') return { leader: null, nodes: [], voters: [], stranded: [], doubted: [] }
    const [known, gossip, raft] = await Promise.all([
      this.requests.get<{ Node: string; Address: string }[]>(server, '/v1/catalog/nodes'),
      this.requests.get<AgentCheck[]>(server, '/v1/health/state/any', { filter: 'CheckID == "serfHealth"' }),
      this.requests.get<RaftConfiguration>(server, '/v1/operator/raft/configuration'),
    ])
    const verdict = new Map(gossip.map((check) => [check.Node, check.Status]))
    // A node with no such check was written by somebody's catalog call and has never been gossip's business.
    const nodes = known
      .filter(({ Node }) => verdict.has(Node))
      .map(({ Node, Address }) => ({ name: Node, address: Address, alive: verdict.get(Node) === 'passing' }))
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

  async register(server: ConsulServer, registration: Registration, asleep?: string): Promise<void> {
    const put = asleep === undefined ? registration : inMaintenance(registration, asleep)
    await this.requests.put(
      server,
      '/v1/agent/service/register',
      { 'replace-existing-checks': 'true' },
      marked(put, await this.requests.token()),
    )
  }

  async deregister(server: ConsulServer, id: string): Promise<void> {
    await this.requests.put(
      server,
      `/v1/agent/service/deregister/${encodeURIComponent(id)}`,
      {},
      undefined,
      UNKNOWN,
    )
  }

  async forget(server: ConsulServer, node: string, id: string): Promise<void> {
    await this.requests.put(server, '/v1/catalog/deregister', {}, { Node: node, ServiceID: id }, FORGOTTEN)
  }

  async maintenance(server: ConsulServer, id: string, reason: string | null, instead = false): Promise<void> {
    // An agent does not look at the reason for what is in maintenance (tried with 1.19).
    if (instead) await this.maintenance(server, id, null)
    const query = { enable: String(reason !== null), ...(reason === null ? {} : { reason }) }
    await this.requests.put(
      server,
      `/v1/agent/service/maintenance/${encodeURIComponent(id)}`,
      query,
      undefined,
      UNKNOWN,
    )
  }

  async secretReports(server: ConsulServer): Promise<Record<string, string>> {
    // The values are base64 (Consul docs, "KV Store Endpoints"); a prefix without keys is answered with 404.
    const found = await this.requests.get<{ Key: string; Value: string }[] | null>(
      server,
      `/v1/kv/${REPORTS}`,
      { recurse: 'true' },
      { accepted: NOTHING },
    )
    return Object.fromEntries(
      (found ?? []).map(({ Key, Value }) => [
        Key.slice(REPORTS.length),
        Buffer.from(Value, 'base64').toString('utf8'),
      ]),
    )
  }

  async health(server: ConsulServer, services: string[]): Promise<Record<string, CatalogEntry[]>> {
    const token = await this.requests.token()
    const answers = await Promise.all(
      services.map(async (name) => {
        const path = `/v1/health/service/${encodeURIComponent(name)}`
        const found = await this.requests.get<HealthEntry[]>(server, path)
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
      this.requests.get<{ Services: AgentService[] } | null>(server, `/v1/catalog/node-services/${name}`),
      this.requests.get<AgentCheck[]>(server, `/v1/health/node/${name}`),
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

/** What a token that may not write nodes is told about an entry that is not there (tried with 1.19). */
const FORGOTTEN = { status: 500, text: 'Unknown service ID' }

/** What an agent answers about a service it does not hold: what should be gone is. */
const UNKNOWN = { status: 404, text: 'Unknown service ID' }
