import { type Difference, difference, type Write } from './difference.ts'
import { type Evidence, runningServers } from './evidence.ts'
import { gather } from './gather.ts'
import { exceedsCap } from './held.ts'
import type { RoundParts } from './round.ts'

/** One entry of the catalog that differs from what EC2 and the definitions say. */
export interface DriftEntry {
  instanceId: string
  /** Its service id in the catalog; empty for an instance about which nothing can be said yet. */
  id: string
  /** What a round would do; `hold`: remove it once a second round agrees; `wait`: nothing yet. */
  change: 'register' | 'remove' | 'maintenance' | 'return' | 'hold' | 'wait'
  /** Id of the Consul server concerned; empty when it waits. */
  server: string
  reason: string
}

/** How the catalog differs from EC2. */
export interface Drift {
  instances: number
  servers: number
  entries: DriftEntry[]
  /** What could not be read, as sentences: entries that depend on it are not compared. */
  problems: string[]
}

/**
 * Looks at the whole fleet as a round does, with the same evidence and decision, but writes nothing.
 * @param now the time, before anything is read
 */
export async function findDrift(parts: RoundParts, now: Date): Promise<Drift> {
  return (await seenDrift(parts, now)).drift
}

/** The same with the evidence; null without a Consul server. */
export async function seenDrift(
  parts: RoundParts,
  now: Date,
): Promise<{ drift: Drift; evidence: Evidence | null }> {
  const instances = await parts.instances.all()
  const servers = runningServers(instances)
  const seen = { instances: instances.length, servers: servers.length }
  if (servers.length === 0) return { drift: { ...seen, entries: [], problems: [] }, evidence: null }
  const { evidence, problems } = await gather(parts, { now, instances, servers })
  return { drift: { ...seen, entries: driftEntries(difference(evidence)), problems }, evidence }
}

const CHANGE: Record<Write['verb'], DriftEntry['change']> = {
  register: 'register',
  deregister: 'remove',
  forget: 'remove',
  maintenance: 'maintenance',
  return: 'return',
}

function driftEntries(plan: Difference): DriftEntry[] {
  const entry = (write: Write, change = CHANGE[write.verb]): DriftEntry => {
    const { instanceId, id, server, reason } = write
    return { instanceId, id, change, server: server.instanceId, reason }
  }
  const held = exceedsCap(plan.uncertain, plan.known)
  return [
    ...plan.writes.map((write) => entry(write)),
    ...plan.uncertain.map((write) => entry(write, held ? 'hold' : 'remove')),
    ...plan.waiting.map(
      (instanceId): DriftEntry => ({
        instanceId,
        id: '',
        change: 'wait',
        server: '',
        reason: 'its Consul server does not answer, or there is no leader',
      }),
    ),
  ]
}
