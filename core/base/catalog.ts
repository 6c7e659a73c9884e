/**
 * The port to the service catalog (Consul) and the shapes that cross it. Implemented by
 * `adapters/consul/http.ts` inside the VPC and by `adapters/consul/door.ts` everywhere else.
 */

/** A running Consul server as EC2 shows it; `address` is its private IP. */
export interface ConsulServer {
  instanceId: string
  address: string
}

/** Consul's aggregated states; `maintenance` wins over `critical`, which wins over the others. */
export type EntryStatus = 'passing' | 'warning' | 'critical' | 'maintenance'

/** One service instance as the catalog holds it. */
export interface CatalogEntry {
  /** Service ID: the instance id, with `:<name>` behind it where one instance holds several services. */
  id: string
  service: string
  /** From the meta `instance-id`; empty for an entry that somebody else registered. */
  instanceId: string
  address: string
  port: number
  tags: string[]
  meta: Record<string, string>
  /** Address of the server whose agent the entry belongs to. */
  nodeAddress: string
  status: EntryStatus
  /** It has no check of its own and passes from the first moment. */
  unchecked?: true
  /** Why it is in maintenance. */
  reason?: string
}

/** What one server's own agent holds: complete, or the call fails. */
export interface Listing {
  server: ConsulServer
  entries: CatalogEntry[]
}

/** An entry that only the catalog remembers, with the name of the Consul node it belonged to. */
export interface StrandedEntry extends CatalogEntry {
  node: string
}

/** How the cluster sees itself, asked at one server. */
export interface ClusterView {
  /** Raft address of the leader; null during an election. */
  leader: string | null
  /** `alive` is gossip's verdict (check `serfHealth`). */
  nodes: { name: string; address: string; alive: boolean }[]
  /** Addresses of the servers that have a vote in Raft, dead ones included. */
  voters: string[]
  /** Entries on nodes that are not alive: no agent is left to remove them. */
  stranded: StrandedEntry[]
  /** Entries on nodes that gossip calls alive and that were not among the servers asked for. */
  doubted: StrandedEntry[]
}

/** What is put to an agent: Consul's service definition in the CamelCase of its HTTP API. */
export interface Registration {
  ID: string
  Name: string
  Address: string
  Meta: Record<string, string>
  [field: string]: unknown
}

/** An instance that should be registered and, as far as anybody knows, is not yet. */
export interface Arrival {
  instanceId: string
  registration: Registration
}

/**
 * What the agents hold and how the cluster sees itself. What could not be read is absent, with a sentence in
 * `problems`.
 */
export interface CatalogSight {
  listings: Listing[]
  cluster: ClusterView | null
  problems: string[]
}

/**
 * What was seen before anything was registered, and what became of the arrivals: the others were not
 * registered.
 */
export interface Welcome extends CatalogSight {
  /** By service id. */
  registered: { id: string; server: ConsulServer }[]
  failed: { id: string; server: ConsulServer; problem: string }[]
}

/**
 * Every verb names the server it speaks to; a registration lives on the agent it was put to and nowhere
 * else (Consul docs, "Anti-Entropy Enforcement"). All verbs reject with `ServiceFailure` when the server
 * cannot be reached or cannot do it now, with its kind `ServiceRefusal` when it refuses; removing what is not
 * there succeeds.
 */
export interface ServiceCatalog {
  /**
   * What the server's agent holds; with `instanceIds` only the entries of those instances.
   * @param of.patienceMs after which it is taken not to answer, if it is less patience than usual
   */
  listing(
    server: ConsulServer,
    of?: { instanceIds?: string[] | undefined; patienceMs?: number | undefined },
  ): Promise<Listing>
  /** @param of.present addresses of the servers whose agents speak for themselves; absent = all of them */
  cluster(server: ConsulServer, of?: { present?: string[] | undefined }): Promise<ClusterView>
  /**
   * A check may begin as passing when it has just been seen to pass; one `asleep` begins in maintenance, for
   * this reason.
   */
  register(
    server: ConsulServer,
    entry: { registration: Registration; asleep?: string | undefined },
  ): Promise<void>
  /**
   * Looks at all `servers` and registers, each at its owner, the arrivals of which there is no entry
   * anywhere. Who has one, or an owner that does not answer, is left alone, and so is everybody while there
   * is no leader.
   * @param server the one that is asked first how the cluster sees itself
   */
  registerNew(
    server: ConsulServer,
    among: { servers: ConsulServer[]; instanceIds: string[]; arrivals: Arrival[] },
  ): Promise<Welcome>
  deregister(server: ConsulServer, entry: { id: string }): Promise<void>
  /** Takes an entry out of the catalog whose node has no agent any more. */
  forget(server: ConsulServer, entry: { node: string; id: string }): Promise<void>
  /**
   * A reason puts the entry into maintenance (out of DNS, its checks go on), null ends it. The reason of an
   * entry that is in maintenance stays, unless this one comes `instead` of it: then the entry may be in DNS
   * for some milliseconds.
   */
  maintenance(
    server: ConsulServer,
    entry: { id: string; reason: string | null; instead?: boolean | undefined },
  ): Promise<void>
  /**
   * The state of the secrets that each server, by instance id, says it has taken over (`secretsFingerprint`).
   */
  secretReports(server: ConsulServer): Promise<Record<string, string>>
  /** Entries of these service names over all nodes, healthy or not; a service nobody registered has none. */
  health(server: ConsulServer, of: { services: string[] }): Promise<Record<string, CatalogEntry[]>>
}

/**
 * Instance ids that DNS answers for a service. One passing entry is enough: while a dead server's
 * registrations move, the same instance stands in the catalog twice and one of the two is critical.
 */
export function passingInstances(entries: CatalogEntry[]): Set<string> {
  return new Set(
    entries
      .filter((entry) => entry.status === 'passing' && entry.instanceId !== '')
      .map((entry) => entry.instanceId),
  )
}
