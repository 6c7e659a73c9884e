import type {
  Arrival,
  CatalogEntry,
  ClusterView,
  ConsulServer,
  Listing,
  Registration,
} from '../base/catalog.ts'
import { definitionOf, type Instance, isRunning, isServer, isService } from '../base/instances.ts'
import { eligibleServers, owner } from './owner.ts'
import { type Definition, isOurs, registrations } from './registration.ts'

/**
 * Everything a round could read. What it could not read is absent, and nothing may be concluded from that.
 */
export interface Evidence {
  /** When the reads began: nothing here is older. */
  now: Date
  stage: string
  vpcId: string
  /** Tagged instances of the VPC as EC2 shows them, all pages: the whole fleet or the scope of the round. */
  instances: Instance[]
  /** A second look at instances that have entries but are not among the above. */
  confirmed: Instance[]
  /** Consul servers that EC2 shows running. */
  servers: ConsulServer[]
  /** The agents that answered. */
  listings: Listing[]
  /** Null during an election, or when no server could be asked. */
  cluster: ClusterView | null
  /** By parameter name; only those that were read and are valid. */
  definitions: Map<string, Definition>
  /**
   * Instances that run but were told to go, with the reason: services leave DNS and keep their entries;
   * Consul servers hand theirs over while they still can.
   */
  leaving: Map<string, string>
  /**
   * Addresses of servers that run and answer neither their neighbours nor us, while the others do
   * (`suspicion.ts`).
   */
  silent: Set<string>
}

/**
 * An entry of ours and where it was found: on an agent, or only in the catalog, under a node that is dead or,
 * in `doubt`, may be dead.
 */
export interface Holding {
  entry: CatalogEntry
  server?: ConsulServer
  node?: string
  doubt?: true
}

/** A registration that should exist, and where. */
export interface Wish {
  registration: Registration
  instanceId: string
  owner: ConsulServer
}

/** Running Consul servers, as the catalog's port wants them. */
export const runningServers = (instances: Instance[]): ConsulServer[] =>
  instances
    .filter((instance) => isServer(instance) && isRunning(instance))
    .map(({ id, address }) => ({ instanceId: id, address }))

/** Every entry of ours in the listings, and those on nodes that do not answer. */
export function holdings(evidence: Evidence): Holding[] {
  const answering = new Set(evidence.listings.map(({ server }) => server.address))
  const found: Holding[] = evidence.listings.flatMap(({ server, entries }) =>
    entries.map((entry) => ({ entry, server })),
  )
  const stranded = (evidence.cluster?.stranded ?? []).filter((entry) => !answering.has(entry.nodeAddress))
  for (const { node, ...entry } of stranded) found.push({ entry, node })
  const doubted = (evidence.cluster?.doubted ?? []).filter((entry) => !answering.has(entry.nodeAddress))
  for (const { node, ...entry } of doubted) found.push({ entry, node, doubt: true })
  return found.filter(({ entry }) => isOurs(entry, evidence.stage))
}

/** What is known before the catalog is read. */
export type Wanted = Pick<
  Evidence,
  'now' | 'stage' | 'vpcId' | 'instances' | 'confirmed' | 'definitions' | 'leaving'
>

/** The instances that should be registered, whatever their owner, and as what. */
export function arrivals(wanted: Wanted): Arrival[] {
  return [...wanted.instances, ...wanted.confirmed].flatMap((instance) => {
    if (!isService(instance) || !isRunning(instance) || wanted.leaving.has(instance.id)) return []
    if (instance.vpcId !== wanted.vpcId) return []
    const definition = wanted.definitions.get(definitionOf(instance))
    if (!definition) return []
    return registrations(instance, definition, wanted.stage, wanted.now).map((registration) => ({
      instanceId: instance.id,
      registration,
    }))
  })
}

/**
 * What should be registered, by service id, and the instances that must wait for an owner that does not
 * answer, or for a leader: an agent that cannot bring an entry into the catalog answers 200 and retries a
 * minute or two later.
 */
export function wishes(evidence: Evidence): { wanted: Map<string, Wish>; waiting: Set<string> } {
  const eligible = eligibleServers(evidence)
  const answering = new Set(evidence.listings.map(({ server }) => server.address))
  const wanted = new Map<string, Wish>()
  const waiting = new Set<string>()
  for (const { instanceId, registration } of arrivals(evidence)) {
    const home = owner(instanceId, eligible)
    if (home && answering.has(home.address) && evidence.cluster)
      wanted.set(registration.ID, { registration, instanceId, owner: home })
    else waiting.add(instanceId)
  }
  return { wanted, waiting }
}
