import type { GroupEvent, GroupView } from './fleet.ts'

/** What a check of a service passes on to the next one; small, because it travels through the workflow. */
export interface Memory {
  /** ISO time of the first check. */
  since: string
  /** The most members that were healthy at once, and when that number last grew. */
  best: number
  bestAt: string
  /** Checks since the last step that changed something: spaces them out. */
  checks: number
}

export const firstMemory = (now: Date): Memory => ({
  since: now.toISOString(),
  best: 0,
  bestAt: now.toISOString(),
  checks: 0,
})

/** Carries a memory on: more healthy members than ever before count as progress. */
export const remember = (memory: Memory, healthy: number, now: Date): Memory => ({
  ...memory,
  checks: memory.checks + 1,
  ...(healthy > memory.best ? { best: healthy, bestAt: now.toISOString() } : {}),
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
/** Seconds without one more healthy member: a unikernel boots in seconds, an ALB needs two good probes. */
export const PATIENCE_SECONDS = 300

/** Reasons that a retry cannot fix (EC2 API Reference, "Error codes for the Amazon EC2 API"). */
const HOPELESS =
  /InvalidAMIID|AMI .*(does not exist|is invalid)|InvalidParameter|InvalidSnapshot|UnauthorizedOperation|not authorized|InvalidKeyPair|InvalidSubnetID|InvalidGroup\.NotFound|VcpuLimitExceeded|Unsupported/i

/**
 * Why a service will not become healthy, or undefined while there is hope. Reported early: waiting for a
 * group that starts and loses instance after instance helps nobody.
 * @param troubles what went wrong in the group since `memory.since`
 * @param waitingFor what the last step waits for, quoted when patience ends
 */
export function doomed(
  memory: Memory,
  troubles: GroupEvent[],
  waitingFor: string,
  now: Date,
): { reason: string; instance?: string } | undefined {
  const failures = troubles.filter(({ kind }) => kind === 'launch-failed')
  const hopeless = failures.find(({ reason }) => HOPELESS.test(reason))
  if (hopeless) return { reason: `no instance can be launched: ${hopeless.reason}` }
  const recent = troubles.filter(({ at }) => at >= memory.bestAt)
  const failed = recent.filter(({ kind }) => kind === 'launch-failed')
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
  const waited = (now.getTime() - Date.parse(memory.bestAt)) / 1000
  if (waited > PATIENCE_SECONDS) return { reason: `no progress for ${PATIENCE_SECONDS} s: ${waitingFor}` }
  return undefined
}

/** The instance whose last words say more than the group's reason. */
const instanceOf = ({ instance }: GroupEvent) => (instance ? { instance } : {})

/** Where a member's health is read; a source that does not apply to the service is undefined. */
export interface Evidence {
  /** For each Consul service of the definition: the ids of its passing instances. */
  catalog?: Record<string, Set<string>>
  /** For each target group: state and description by instance id. */
  targets?: Record<string, Map<string, { state: string; description: string }>>
  /** Consul servers only: ids of those that gossip calls alive and that have a vote. */
  servers?: Set<string>
}

/**
 * What is wrong with each member that is not healthy yet, by instance id. Healthy = in service, passing in
 * Consul under every name of its definition, and healthy in every target group. Unseen is not healthy.
 */
export function ailments(group: GroupView, evidence: Evidence): Map<string, string> {
  const ill = new Map<string, string>()
  for (const member of group.members) {
    const problem = ailment(member.id, member.stage, evidence)
    if (problem) ill.set(member.id, problem)
  }
  return ill
}

function ailment(id: string, stage: string, evidence: Evidence): string | undefined {
  if (stage !== 'serving') return 'is starting'
  const missing = Object.entries(evidence.catalog ?? {}).find(([, passing]) => !passing.has(id))
  if (missing) return `does not pass its Consul check as ${missing[0]}`
  for (const states of Object.values(evidence.targets ?? {})) {
    const target = states.get(id)
    if (target?.state !== 'healthy')
      return `is ${target?.state ?? 'unknown'} at the load balancer${target?.description ? ` (${target.description})` : ''}`
  }
  if (evidence.servers && !evidence.servers.has(id)) return 'has no vote in the Consul cluster yet'
  return undefined
}
