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
  /** Service ID: the instance id, with `:<name>` appended if the instance holds several services. */
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
  /** It has no check of its own, so it passes from the first moment. */
  unchecked?: true
  /** Why it is in maintenance. */
  reason?: string
  /** What a check that does not pass said last, on one line. */
  output?: string
}

/** What one server's own agent holds: all of it, or the call fails. */
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

/** What an agent is asked to register: Consul's service definition in the CamelCase of its HTTP API. */
export interface Registration {
  ID: string
  Name: string
  Address: string
  Meta: Record<string, string>
  [field: string]: unknown
}

/** An instance that should be registered and, as far as we know, is not yet. */
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

/** What was seen before anything was registered, and which arrivals were registered; the others were not. */
export interface Welcome extends CatalogSight {
  /** By service id. */
  registered: { id: string; server: ConsulServer }[]
  failed: { id: string; server: ConsulServer; problem: string }[]
}

/**
 * Every verb names the server it speaks to; a registration lives only on the agent that took it (Consul docs,
 * "Anti-Entropy Enforcement"). All verbs reject with `ServiceFailure` if the server cannot be reached or
 * cannot do it now, with the subclass `ServiceRefusal` if it refuses. Removing what does not exist succeeds.
 */
export interface ServiceCatalog {
  /**
   * What the server's agent holds; with `instanceIds`, only the entries of those instances.
   * @param of.patienceMs after which the server counts as not answering, if shorter than usual
   */
  listing(
    server: ConsulServer,
    of?: { instanceIds?: string[] | undefined; patienceMs?: number | undefined },
  ): Promise<Listing>
  /** @param of.present addresses of the servers whose agents speak for themselves; absent = all of them */
  cluster(server: ConsulServer, of?: { present?: string[] | undefined }): Promise<ClusterView>
  /**
   * A check may begin as passing if it has just been seen to pass. With `asleep` the entry begins in
   * maintenance, for this reason.
   */
  register(
    server: ConsulServer,
    entry: { registration: Registration; asleep?: string | undefined },
  ): Promise<void>
  /**
   * Looks at all `servers` and registers, each at its owner, the arrivals that have no entry anywhere. One
   * that has an entry, or whose owner does not answer, is left alone; without a leader, all are.
   * @param server asked first how the cluster sees itself
   */
  registerNew(
    server: ConsulServer,
    among: { servers: ConsulServer[]; instanceIds: string[]; arrivals: Arrival[] },
  ): Promise<Welcome>
  deregister(server: ConsulServer, entry: { id: string }): Promise<void>
  /** Removes an entry from the catalog whose node no longer has an agent. */
  forget(server: ConsulServer, entry: { node: string; id: string }): Promise<void>
  /**
   * A reason puts the entry into maintenance (out of DNS, its checks go on), null ends maintenance. An entry
   * already in maintenance keeps its reason, unless this one replaces it (`instead`): then the entry may be
   * in DNS for some milliseconds.
   */
  maintenance(
    server: ConsulServer,
    entry: { id: string; reason: string | null; instead?: boolean | undefined },
  ): Promise<void>
  /**
   * The state of the secrets that each server, by instance id, says it has taken over (`secretsFingerprint`).
   */
  secretReports(server: ConsulServer): Promise<Record<string, string>>
  /** Entries of these service names on all nodes, healthy or not. */
  health(server: ConsulServer, of: { services: string[] }): Promise<Record<string, CatalogEntry[]>>
}

/**
 * Instance ids that DNS answers for a service. One passing entry is enough: while a dead server's
 * registrations move, an instance is in the catalog twice and one of its two entries is critical.
 */
export function passingInstances(entries: CatalogEntry[]): Set<string> {
  return new Set(
    entries
      .filter((entry) => entry.status === 'passing' && entry.instanceId !== '')
      .map((entry) => entry.instanceId),
  )
}

/**
 * Whether all of an instance's entries under one name are critical. While they move it has two, and one that
 * is well is enough, as it is for DNS; one without an entry is not known to fail.
 */
export const areCritical = (entries: readonly CatalogEntry[]): boolean =>
  entries.length > 0 && entries.every(({ status }) => status === 'critical')
