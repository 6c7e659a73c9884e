import type { GroupView } from './fleet.ts'
import { atBalancer, type Evidence, type Memory } from './health.ts'

/** Seconds after the time that a start may take: a check runs every few seconds, and so do looks. */
const GRACE_SECONDS = 15

/** Seconds for which a group may want a version that is not there: EC2 shows a new one a moment late. */
const VERSION_SECONDS = 20

/**
 * Why the instances that this run launched will not become healthy: one had the time to start, and fails its
 * check or at the load balancer, while none of them is healthy. One that lags behind its healthy siblings is
 * no such sign. What nobody knows, and what a load balancer has still to look at, is not either.
 * @param startSeconds that an instance may take from its registration on
 */
export function failedStart(
  view: GroupView,
  { evidence, ill }: { evidence: Evidence; ill: Map<string, string> },
  memory: Memory,
  startSeconds: number,
  now: Date,
): { reason: string; instance?: string } | undefined {
  const short = view.members.filter(({ stage }) => stage !== 'leaving').length < view.desired
  const sinceBest = (now.getTime() - Date.parse(memory.bestAt)) / 1000
  if (view.unlaunchable !== undefined && short && sinceBest > VERSION_SECONDS)
    return { reason: `no instance can be launched: ${view.unlaunchable}` }
  if (evidence.unknown !== undefined) return undefined
  const since = Date.parse(memory.since)
  const registered = (id: string): number => evidence.registered?.get(id) ?? Number.NEGATIVE_INFINITY
  const launched = view.members.filter(
    ({ id, current, stage }) => current && stage === 'serving' && registered(id) >= since,
  )
  if (launched.some(({ id }) => !ill.has(id))) return undefined
  const fails = ({ id }: { id: string }): boolean =>
    evidence.failing?.has(id) === true || atBalancer(id, evidence)?.state === 'unhealthy'
  const late = launched.find(
    (member) =>
      now.getTime() - registered(member.id) > (startSeconds + GRACE_SECONDS) * 1000 && fails(member),
  )
  if (!late) return undefined
  const seconds = Math.floor((now.getTime() - registered(late.id)) / 1000)
  return {
    reason: `not healthy ${seconds} s after its start, which may take ${startSeconds} s: ${late.id}: ${ill.get(late.id)}`,
    instance: late.id,
  }
}
