import { areCritical, type CatalogEntry, type ConsulServer, type ServiceCatalog } from '../base/catalog.ts'
import type { Evidence } from '../registration/evidence.ts'
import { type GroupFacts, judge, type Verdict } from './judge.ts'
import { type Member, observe } from './members.ts'
import { differs, type HealingRecord, type HealingStore, remember, withReplaced } from './record.ts'

/** Auto Scaling groups, as far as replacing is concerned. Every verb rejects with `ServiceFailure`. */
export interface HealingGroups {
  /** By name; a group that does not exist is left out. */
  look(names: string[]): Promise<Map<string, GroupFacts>>
  /** Tells the instance's group that it is unhealthy; nothing happens if it is no longer in a group. */
  giveBack(instanceId: string): Promise<void>
}

export interface HealingParts {
  catalog: Pick<ServiceCatalog, 'health' | 'cluster'>
  groups: HealingGroups
  store: HealingStore
  /** Seconds after its registration during which an instance is still starting. */
  startSeconds: number
}

/** What a round found sick and did about it. */
export interface Healing {
  sick: Verdict[]
  problems: string[]
}

/**
 * Looks for instances that fail their check and gives those back to their groups that have done so for too
 * long.
 * @param evidence of the round; nothing else is read unless something is sick
 * @param now the time before the evidence was read
 * @param dryRun only say what would be done
 */
export async function heal(
  parts: HealingParts,
  evidence: Evidence,
  now: Date,
  dryRun: boolean,
): Promise<Healing> {
  try {
    return await healOrFail(parts, evidence, now, dryRun)
  } catch (error) {
    // The registrations of the round are done; a minute later it is tried again.
    return { sick: [], problems: [`sick instances are not looked for: ${(error as Error).message}`] }
  }
}

async function healOrFail(
  parts: HealingParts,
  evidence: Evidence,
  now: Date,
  dryRun: boolean,
): Promise<Healing> {
  const observation = observe(evidence)
  const last = await parts.store.load()
  const record = remember(last, observation.members, now)
  const failing = observation.members.filter((member) => member.failing.length > 0)
  const groups = await parts.groups.look(namesOf(failing))
  const { startSeconds } = parts
  const sick = judge({ now, stage: evidence.stage, observation, record, groups, startSeconds })
  // What is seen in doubt proves nothing: neither that an instance fails nor that it is well.
  if (dryRun || observation.doubt !== undefined) return { sick, problems: [] }
  const chosen = sick.filter(({ verdict }) => verdict === 'replace')
  if (chosen.length === 0) {
    if (differs(last, record)) await parts.store.save(record)
    return { sick, problems: [] }
  }
  const agreed = await agreement(parts.catalog, evidence.servers, failing)
  const settled = sick.map((verdict) => (agreed.has(verdict.instanceId) ? verdict : unconfirmed(verdict)))
  return await giveBack(parts, settled, record, now)
}

const namesOf = (members: Member[]): string[] => [...new Set(members.map(({ group }) => group))].sort()

const unconfirmed = (verdict: Verdict): Verdict =>
  verdict.verdict === 'replace'
    ? { ...verdict, verdict: 'hold', reason: 'not every Consul server says that it fails' }
    : verdict

/** What is done is written down first: two rounds at once, or one that is cut off, never do it twice. */
async function giveBack(
  { groups, store }: HealingParts,
  sick: Verdict[],
  record: HealingRecord,
  now: Date,
): Promise<Healing> {
  const chosen = sick.filter(({ verdict }) => verdict === 'replace')
  const saved = await store.save(
    withReplaced(
      record,
      chosen.map(({ group }) => group),
      now,
    ),
  )
  if (!saved) {
    const reason = 'another round is at work'
    return {
      sick: sick.map((each) => (chosen.includes(each) ? { ...each, verdict: 'wait', reason } : each)),
      problems: [],
    }
  }
  const done = await Promise.allSettled(chosen.map(({ instanceId }) => groups.giveBack(instanceId)))
  const problems = done.flatMap((each) =>
    each.status === 'rejected' ? [(each.reason as Error).message] : [],
  )
  return { sick, problems }
}

/**
 * The ids of those that every Consul server, asked now, shows as critical under the same leader: what an
 * agent reported a moment ago is one view.
 */
async function agreement(
  catalog: HealingParts['catalog'],
  servers: ConsulServer[],
  failing: Member[],
): Promise<Set<string>> {
  const services = [...new Set(failing.flatMap((member) => member.failing))]
  const views = await Promise.all(
    servers.map(async (server) => {
      const [{ leader }, health] = await Promise.all([
        catalog.cluster(server),
        catalog.health(server, { services }),
      ])
      return { leader, health }
    }),
  ).catch(() => [])
  const leaders = new Set(views.map(({ leader }) => leader))
  if (leaders.size !== 1 || leaders.has(null)) return new Set()
  const agreed = failing.filter((member) => views.every(({ health }) => failsIn(health, member)))
  return new Set(agreed.map(({ instanceId }) => instanceId))
}

const failsIn = (health: Record<string, CatalogEntry[]>, { failing, instanceId }: Member): boolean =>
  failing.some((name) =>
    // A server answers for every name that it is asked for.
    areCritical((health[name] as CatalogEntry[]).filter((entry) => entry.instanceId === instanceId)),
  )
