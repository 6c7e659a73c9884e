import type {
  CatalogEntry,
  ClusterView,
  ConsulServer,
  EntryStatus,
  Listing,
  Registration,
  ServiceCatalog,
  Welcome,
} from '../../core/base/catalog.ts'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import { registerNew } from '../../core/registration/register-new.ts'

interface Agent {
  server: ConsulServer
  /** Its process runs. */
  up: boolean
  /** Gossip's verdict, which follows later. */
  alive: boolean
  entries: Map<string, CatalogEntry>
}

/** A Consul cluster in memory: agents with entries, and a catalog that remembers those of dead agents. */
export class FakeCatalog implements ServiceCatalog {
  readonly agents = new Map<string, Agent>()
  /** Every write that was carried out, as `verb id@server`. */
  readonly writes: string[] = []
  /** Decides which of the next calls fail. */
  fault: (verb: string, server: ConsulServer, id?: string) => Error | undefined = () => undefined
  leader = true
  /** The addresses of servers whose agents have entries that the catalog does not show yet. */
  readonly settling = new Set<string>()

  constructor(servers: ConsulServer[] = []) {
    for (const server of servers) this.join(server)
  }

  join(server: ConsulServer): void {
    this.agents.set(server.address, { server, up: true, alive: true, entries: new Map() })
  }

  /** SIGKILL: it no longer answers; gossip finds out with `bury`. */
  kill(server: ConsulServer): void {
    this.#agent(server).up = false
  }

  bury(server: ConsulServer): void {
    this.#agent(server).alive = false
  }

  revive(server: ConsulServer): void {
    Object.assign(this.#agent(server), { up: true, alive: true })
  }

  /** Every check of a live agent runs and passes; maintenance stays. */
  pass(): void {
    for (const { up, entries } of this.agents.values())
      for (const entry of entries.values()) if (up && entry.status !== 'maintenance') entry.status = 'passing'
  }

  /** All entries, including those on dead nodes, as `id@server`. */
  ids(): string[] {
    return [...this.agents.values()].flatMap(({ server, entries }) =>
      [...entries.keys()].map((id) => `${id}@${server.instanceId}`),
    )
  }

  /** What the servers report about the secrets. */
  readonly reports = new Map<string, string>()

  /** What DNS would return: the ids of passing entries on live nodes. */
  found(service: string): string[] {
    const living = [...this.agents.values()].filter(
      (agent) => agent.alive && !this.settling.has(agent.server.address),
    )
    const entries = living.flatMap((agent) => [...agent.entries.values()])
    return entries.filter((e) => e.service === service && e.status === 'passing').map((e) => e.instanceId)
  }

  async listing(
    server: ConsulServer,
    { instanceIds }: Parameters<ServiceCatalog['listing']>[1] = {},
  ): Promise<Listing> {
    const { entries } = this.#reach('listing', server)
    const all = [...entries.values()].map((entry) => copyOf(entry))
    return { server, entries: instanceIds ? all.filter((e) => instanceIds.includes(e.instanceId)) : all }
  }

  async cluster(
    server: ConsulServer,
    { present }: Parameters<ServiceCatalog['cluster']>[1] = {},
  ): Promise<ClusterView> {
    this.#reach('cluster', server)
    if (!this.leader) return { leader: null, nodes: [], voters: [], stranded: [], doubted: [] }
    const agents = [...this.agents.values()]
    return {
      leader: `${(agents.find(({ up }) => up) ?? this.#agent(server)).server.address}:8300`,
      nodes: agents.map((a) => ({ name: a.server.instanceId, address: a.server.address, alive: a.alive })),
      voters: agents.map(({ server }) => server.address),
      stranded: agents
        .filter((agent) => !agent.alive)
        .flatMap(({ server: dead, entries }) =>
          [...entries.values()].map((entry) => ({
            ...copyOf(entry),
            status: entry.status === 'maintenance' ? ('maintenance' as const) : ('critical' as const),
            node: dead.instanceId,
          })),
        ),
      doubted: agents
        .filter((agent) => agent.alive && present && !present.includes(agent.server.address))
        .flatMap(({ server: doubtful, entries }) =>
          [...entries.values()].map((entry) => ({ ...copyOf(entry), node: doubtful.instanceId })),
        ),
    }
  }

  async register(
    server: ConsulServer,
    { registration, asleep }: Parameters<ServiceCatalog['register']>[1],
  ): Promise<void> {
    const { entries } = this.#reach('register', server, registration.ID)
    if (registration.Name === '')
      throw new ServiceRefusal(`Consul at ${server.address}: Missing service name`)
    this.writes.push(`register ${registration.ID}@${server.instanceId}`)
    const entry = toEntry(registration, server)
    entries.set(
      registration.ID,
      asleep === undefined ? entry : { ...entry, status: 'maintenance', reason: asleep },
    )
  }

  async registerNew(
    server: ConsulServer,
    among: Parameters<ServiceCatalog['registerNew']>[1],
  ): Promise<Welcome> {
    return await registerNew(this, server, among)
  }

  async deregister(server: ConsulServer, { id }: { id: string }): Promise<void> {
    const { entries } = this.#reach('deregister', server, id)
    this.writes.push(`deregister ${id}@${server.instanceId}`)
    entries.delete(id)
  }

  async forget(server: ConsulServer, { node, id }: { node: string; id: string }): Promise<void> {
    this.#reach('forget', server, id)
    const dead = [...this.agents.values()].find((agent) => agent.server.instanceId === node)
    this.writes.push(`forget ${id}@${node}`)
    dead?.entries.delete(id)
  }

  async maintenance(
    server: ConsulServer,
    { id, reason, instead = false }: Parameters<ServiceCatalog['maintenance']>[1],
  ): Promise<void> {
    const entry = this.#reach('maintenance', server, id).entries.get(id)
    this.writes.push(`${reason === null ? 'return' : 'maintenance'} ${id}@${server.instanceId}`)
    if (!entry) return
    if (reason === null) {
      delete entry.reason
      if (entry.status === 'maintenance') entry.status = 'passing'
    } else if (instead || entry.status !== 'maintenance')
      Object.assign(entry, { status: 'maintenance', reason })
  }

  async secretReports(server: ConsulServer): Promise<Record<string, string>> {
    this.#reach('secretReports', server)
    return Object.fromEntries(this.reports)
  }

  async health(
    server: ConsulServer,
    { services }: { services: string[] },
  ): Promise<Record<string, CatalogEntry[]>> {
    this.#reach('health', server)
    const shown = [...this.agents.values()].filter((agent) => !this.settling.has(agent.server.address))
    const all = shown.flatMap(({ alive, entries }) =>
      [...entries.values()].map((entry) => (alive ? entry : { ...entry, status: 'critical' as EntryStatus })),
    )
    return Object.fromEntries(services.map((name) => [name, all.filter((entry) => entry.service === name)]))
  }

  #agent(server: ConsulServer): Agent {
    const agent = this.agents.get(server.address)
    if (!agent) throw new ServiceFailure(`Consul at ${server.address} does not answer: no such server`)
    return agent
  }

  #reach(verb: string, server: ConsulServer, id?: string): Agent {
    const agent = this.#agent(server)
    const fault = this.fault(verb, server, id)
    if (fault) throw fault
    if (!agent.up) throw new ServiceFailure(`Consul at ${server.address} does not answer`)
    return agent
  }
}

const copyOf = (entry: CatalogEntry): CatalogEntry => ({
  ...entry,
  tags: [...entry.tags],
  meta: { ...entry.meta },
})

/** An entry as the catalog shows a registration; checks start as they say, or critical. */
function toEntry(registration: Registration, server: ConsulServer): CatalogEntry {
  const checks = (registration.Checks ?? []) as { Status?: EntryStatus }[]
  const failing = checks.some((check) => check.Status !== 'passing')
  return {
    id: registration.ID,
    service: registration.Name,
    instanceId: registration.Meta['instance-id'] ?? '',
    address: registration.Address,
    port: (registration.Port as number | undefined) ?? 0,
    tags: (registration.Tags as string[] | undefined) ?? [],
    meta: { ...registration.Meta },
    nodeAddress: server.address,
    status: failing ? 'critical' : 'passing',
    ...(checks.length === 0 ? { unchecked: true } : {}),
  }
}
