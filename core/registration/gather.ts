import type { CatalogSight, ClusterView, ConsulServer, ServiceCatalog, Welcome } from '../base/catalog.ts'
import { definitionOf, type Instance, type InstanceSource, isRunning, isService } from '../base/instances.ts'
import { type DefinitionSource, readDefinitions } from './definitions.ts'
import { arrivals, type Evidence, holdings, type Wanted } from './evidence.ts'
import { message, readCatalog } from './sight.ts'
import { silentServers } from './suspicion.ts'

/** Where the evidence comes from. */
interface Sources {
  stage: string
  vpcId: string
  instances: InstanceSource
  catalog: ServiceCatalog
  definitions: DefinitionSource
}

/** What EC2 and the events have shown so far. */
export interface Seen {
  now: Date
  instances: Instance[]
  servers: ConsulServer[]
  leaving?: Map<string, string>
  gone?: Instance[]
  suspects?: ConsulServer[]
}

export interface Gathered {
  evidence: Evidence
  problems: string[]
  /** What was registered during the look, and what was not. */
  welcome?: Welcome
}

/**
 * Reads what the catalog holds about the instances, asks EC2 again about those it did not show, and reads
 * their definitions.
 * @param scope instances to look at; absent = the whole fleet
 */
export async function gather(sources: Sources, seen: Seen, scope?: string[]): Promise<Gathered> {
  const { servers, suspects = [] } = seen
  const [sight, read] = await Promise.all([
    readCatalog(sources.catalog, { servers, suspects, instanceIds: scope }),
    readDefinitions(sources.definitions, neededDefinitions(seen)),
  ])
  const { definitions } = read
  const evidence = await complete(sources, seen, sight, definitions, scope)
  return { evidence, problems: [...sight.problems, ...read.problems] }
}

/**
 * The same for instances that have started, most of which are new: these are registered during the look at
 * the catalog. The definitions come first, because the registrations need them.
 */
export async function gatherNew(sources: Sources, seen: Seen, scope: string[]): Promise<Gathered> {
  const { definitions, problems } = await readDefinitions(sources.definitions, neededDefinitions(seen))
  const welcome = await registered(sources, seen, arrivals(wantedOf(sources, seen, definitions)), scope)
  const evidence = await complete(sources, seen, welcome, definitions, scope)
  return { evidence, problems: [...welcome.problems, ...problems], welcome }
}

async function registered(
  { catalog }: Sources,
  { servers }: Seen,
  fresh: ReturnType<typeof arrivals>,
  instanceIds: string[],
): Promise<Welcome> {
  // Without a server nothing is gathered.
  const [first] = servers as [ConsulServer]
  return await catalog
    .registerNew(first, { servers, instanceIds, arrivals: fresh })
    .catch((error: unknown) => ({
      listings: [],
      cluster: null,
      problems: [message(error)],
      registered: [],
      failed: [],
    }))
}

const neededDefinitions = ({ instances }: Seen): string[] =>
  instances.filter((instance) => isService(instance) && isRunning(instance)).map(definitionOf)

const wantedOf = (
  { stage, vpcId }: Sources,
  { now, instances, leaving = new Map(), gone = [] }: Seen,
  definitions: Evidence['definitions'],
): Wanted => ({ now, stage, vpcId, instances, confirmed: [...gone], definitions, leaving })

async function complete(
  sources: Sources,
  seen: Seen,
  { listings, cluster }: CatalogSight,
  definitions: Evidence['definitions'],
  scope?: string[],
): Promise<Evidence> {
  const { servers, suspects = [] } = seen
  const evidence: Evidence = {
    ...wantedOf(sources, seen, definitions),
    servers,
    listings,
    cluster: within(cluster, scope),
    silent: silentServers(suspects, servers, listings, cluster),
  }
  const shown = new Set([...evidence.instances, ...evidence.confirmed].map((instance) => instance.id))
  const absent = new Set(
    holdings(evidence)
      .map(({ entry }) => entry.instanceId)
      .filter((id) => !shown.has(id)),
  )
  // After the listings: an instance registered since the first look is found now.
  if (absent.size > 0) evidence.confirmed.push(...(await sources.instances.confirm([...absent])))
  return evidence
}

/** A round over some instances ignores the stranded entries of others. */
function within(cluster: ClusterView | null, scope?: string[]): ClusterView | null {
  if (!cluster || !scope) return cluster
  const ids = new Set(scope)
  const concerns = ({ instanceId }: { instanceId: string }): boolean => ids.has(instanceId)
  return {
    ...cluster,
    stranded: cluster.stranded.filter(concerns),
    doubted: cluster.doubted.filter(concerns),
  }
}
