import type { GroupEvent, GroupView } from './fleet.ts'
import { attempts, outlook } from './launch-failures.ts'

/** What a check of a service passes on to the next one; small, because it travels through the workflow. */
export interface Memory {
  /** ISO time of the first check. */
  since: string
  /** The most members that were healthy at once, and when that number last grew. */
  best: number
  bestAt: string
  /**
   * From when on waiting tries our patience: later than `bestAt` while all that is waited for is a load
   * balancer that registers, or an instance that drains. Absent when it is `bestAt`.
   */
  patientAt?: string
  /** Checks since the last step that changed something: spaces them out. */
  checks: number
  /** Members that fail their Consul check at each look since the first one: see `sick-members.ts`. */
  sick?: string[]
}

export const firstMemory = (now: Date): Memory => ({
  since: now.toISOString(),
  best: 0,
  bestAt: now.toISOString(),
  checks: 0,
})

/**
 * Carries a memory on: more healthy members than ever before count as progress.
 * @param elsewhere whether all that is waited for is the work of others, see `onlyOthersWork`
 */
export const remember = (memory: Memory, healthy: number, now: Date, elsewhere = false): Memory => {
  const { patientAt, ...rest } = { ...memory, checks: memory.checks + 1 }
  const at = now.toISOString()
  if (healthy > memory.best) return { ...rest, best: healthy, bestAt: at }
  if (elsewhere) return { ...rest, patientAt: at }
  return patientAt === undefined ? rest : { ...rest, patientAt }
}

/** After a step everything begins anew, with what is healthy now as the number to exceed. */
export const beginAnew = ({ since, sick }: Memory, healthy: number, now: Date): Memory => ({
  ...firstMemory(now),
  since,
  ...(sick && { sick }),
  best: healthy,
})

/**
 * Seconds for which a service is looked at closely after a step or a newly healthy instance; a workflow can
 * only wait whole seconds.
 */
export const CLOSE_SECONDS = 4

/**
 * Seconds between two close looks: the longer a look takes, as on a busy machine, the further apart they are.
 */
export const closePause = (lookSeconds: number): number => Math.min(0.5, Math.max(0.15, 2 * lookSeconds))

/** After this many dead instances without a newly healthy one, the next ones will die too. */
export const DEATHS = 3
/** Launches that failed one after the other. Auto Scaling would retry for hours, at growing intervals. */
const LAUNCH_FAILURES = 3
/** Seconds without one more healthy member: EC2 boots within a minute, an ALB needs two good probes. */
export const PATIENCE_SECONDS = 300

/** The same for a stage whose instances may take this many seconds to start. */
export const patienceWith = (startSeconds: number): number => Math.max(PATIENCE_SECONDS, startSeconds + 30)
/**
 * Seconds after which a load balancer that still registers, or an instance that still drains, is no excuse: a
 * network load balancer takes 180 to 300 s (kubernetes-sigs/aws-load-balancer-controller#1834), a hook 300 s.
 */
export const LONGEST_SECONDS = 1200

/**
 * Why a service will not become healthy, or undefined while there is hope. Reported early: waiting for a
 * group that starts and loses instance after instance helps nobody.
 * @param troubles what went wrong in the group since `memory.since`
 * @param waitingFor what the last step waits for, quoted when patience ends, and the instance that it is
 * @param patience seconds without one more healthy member
 */
export function doomed(
  memory: Memory,
  troubles: GroupEvent[],
  waitingFor: { why: string; instance?: string },
  now: Date,
  patience = PATIENCE_SECONDS,
): { reason: string; instance?: string } | undefined {
  const failures = troubles.filter(({ kind }) => kind === 'launch-failed')
  const hopeless = failures.find(({ reason }) => outlook(reason) === 'hopeless')
  if (hopeless) return { reason: `no instance can be launched: ${hopeless.reason}` }
  const recent = troubles.filter(({ at }) => at >= memory.bestAt)
  const failed = attempts(recent.filter(({ kind }) => kind === 'launch-failed'))
  const failure = failed.at(-1)
  if (failure && failed.length >= LAUNCH_FAILURES)
    return {
      reason: `${failed.length} launches failed, the last one: ${failure.reason}`,
      ...instanceOf(failure),
    }
  const deaths = recent.filter(({ kind }) => kind === 'died')
  const last = deaths.at(-1)
  if (last && deaths.length >= DEATHS)
    return {
      reason: `${deaths.length} instances ended by themselves, the last one was ${last.instance}: ${last.reason}`,
      ...instanceOf(last),
    }
  const tooLong = (at: string, seconds: number): boolean => now.getTime() - Date.parse(at) > seconds * 1000
  if (tooLong(memory.bestAt, LONGEST_SECONDS))
    return { reason: `no progress for ${LONGEST_SECONDS} s: ${waitingFor.why}`, ...instanceOf(waitingFor) }
  if (tooLong(memory.patientAt ?? memory.bestAt, patience))
    return { reason: `no progress for ${patience} s: ${waitingFor.why}`, ...instanceOf(waitingFor) }
  return undefined
}

/** The instance whose last words say more than the group's reason. */
const instanceOf = ({ instance }: { instance?: string }) => (instance ? { instance } : {})

/** An instance that Consul shows with a critical check. */
export interface Failing {
  name: string
  /** What the check said last; empty if it said nothing yet. */
  output: string
  /** When its entry was made, in milliseconds since 1970. */
  registered: number
}

/** Where a member's health is read; a source that does not apply to the service is undefined. */
export interface Evidence {
  /** For each Consul service of the definition: the ids of its passing instances. */
  catalog?: Record<string, Set<string>>
  /** Why nobody knows what Consul's checks say; absent when that is known. */
  unknown?: string
  /** By instance id: what Consul shows as failing under some name. One that it does not show is not here. */
  failing?: Map<string, Failing>
  /** By instance id: when its newest entry was made, in milliseconds since 1970. */
  registered?: Map<string, number>
  /** For each target group: state and description by instance id. */
  targets?: Record<string, Map<string, { state: string; description: string }>>
  /** Consul servers only: ids of those that see a leader, that gossip calls alive and that have a vote. */
  servers?: Set<string>
  /** What is wrong with each of the others, as far as it is known. */
  outside?: Map<string, string>
  /** Addresses of servers that have a vote and are dead. */
  dead?: string[]
}

/**
 * What is wrong with each member that is not healthy yet, by instance id. Healthy = in service, passing in
 * Consul under every name of its definition, and healthy in every target group. Unseen is not healthy.
 */
export function ailments(group: GroupView, evidence: Evidence): Map<string, string> {
  const ill = new Map<string, string>()
  for (const member of group.members) {
    const problem = ailment(member.id, member.stage, evidence) ?? balancerProblem(member.id, evidence)
    if (problem) ill.set(member.id, problem)
  }
  return ill
}

function ailment(id: string, stage: string, evidence: Evidence): string | undefined {
  if (stage !== 'serving') return 'is starting'
  if (evidence.servers && !evidence.servers.has(id))
    return evidence.outside?.get(id) ?? 'has no vote in the Consul cluster yet'
  if (evidence.unknown !== undefined) return `has unknown health: ${evidence.unknown}`
  const missing = Object.entries(evidence.catalog ?? {}).find(([, passing]) => !passing.has(id))
  if (missing) {
    const output = evidence.failing?.get(id)?.output
    return `does not pass its Consul check as ${missing[0]}${output ? `, which says: ${output}` : ''}`
  }
  return undefined
}

/**
 * ELB's state of a target that it still registers (Elb.RegistrationInProgress) or asks for the first time
 * (Elb.InitialHealthChecking): API reference, "TargetHealth".
 */
const INITIAL = 'initial'

/** What the load balancers say of a member, where that is not "healthy". */
function balancers(id: string, { targets = {} }: Evidence): { state: string; description: string }[] {
  return Object.values(targets)
    .map((states) => states.get(id) ?? { state: 'unknown', description: '' })
    .filter(({ state }) => state !== 'healthy')
}

/** The worst that a load balancer says of a member, if not all say "healthy". */
export function atBalancer(
  id: string,
  evidence: Evidence,
): { state: string; description: string } | undefined {
  const bad = balancers(id, evidence)
  return bad.find(({ state }) => state !== INITIAL) ?? bad[0]
}

function balancerProblem(id: string, evidence: Evidence): string | undefined {
  const worst = atBalancer(id, evidence)
  if (worst === undefined) return undefined
  return `is ${worst.state} at the load balancer${worst.description ? ` (${worst.description})` : ''}`
}

/**
 * Whether nobody can do more now: all instances are there, and those that are not healthy yet wait for the
 * load balancer's first answer only, or one that leaves is draining.
 */
export function onlyOthersWork(group: GroupView, evidence: Evidence): boolean {
  const staying = group.members.filter(({ stage }) => stage !== 'leaving')
  if (staying.length < group.desired) return false
  const current = staying.filter(({ current }) => current)
  if (current.some(({ id, stage }) => ailment(id, stage, evidence) !== undefined)) return false
  const waiting = current.flatMap(({ id }) => balancers(id, evidence))
  if (waiting.length === 0) return staying.length < group.members.length
  return waiting.every(({ state }) => state === INITIAL)
}
