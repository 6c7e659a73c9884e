import type { HealthCheck, TargetHealth } from './state.ts'

/** What is known about one target; `streak` counts the checks in a row that contradict `state`. */
export interface Health {
  state: 'initial' | 'healthy' | 'unhealthy'
  streak: number
  /** The last failure in ELBv2's words; empty while healthy. */
  reason: string
  description: string
  /** Milliseconds; failures of an `initial` target count only once per interval. */
  countedAt: number
}

export type Outcome = { passed: true } | { passed: false; reason: string; description: string }

export const unchecked = (now: number): Health => ({
  state: 'initial',
  streak: 0,
  reason: 'Elb.InitialHealthChecking',
  description: 'Initial health checks in progress',
  countedAt: now,
})

/** Milliseconds between checks of a target that has not passed one yet: programs start within a second. */
const INITIAL_INTERVAL_MS = 500

/**
 * The health after another check, as in "Health checks for Application Load Balancer target groups": one
 * passed check makes a new target healthy, afterwards thresholds of consecutive checks decide. New targets
 * are checked more often than on AWS, so their failures count only once per interval.
 */
export function observe(health: Health, outcome: Outcome, check: HealthCheck, now: number): Health {
  if (outcome.passed) {
    const streak = health.state === 'unhealthy' ? health.streak + 1 : 0
    const recovered = health.state === 'initial' || streak >= check.healthyThreshold
    if (health.state === 'healthy' || recovered) return healthy(now)
    return { ...health, streak, countedAt: now }
  }
  const failure = { reason: outcome.reason, description: outcome.description }
  if (health.state === 'unhealthy') return { ...health, ...failure, streak: 0, countedAt: now }
  if (
    health.state === 'initial' &&
    now - health.countedAt < check.interval * 1000 - INITIAL_INTERVAL_MS / 2
  ) {
    return health
  }
  const streak = health.streak + 1
  if (streak >= check.unhealthyThreshold) return { state: 'unhealthy', streak: 0, ...failure, countedAt: now }
  return { ...health, streak, countedAt: now }
}

/** Milliseconds until the target's next check. */
export function untilNextCheck(health: Health, check: HealthCheck): number {
  const interval = check.interval * 1000
  return health.state === 'initial' ? Math.min(INITIAL_INTERVAL_MS, interval) : interval
}

function healthy(now: number): Health {
  return { state: 'healthy', streak: 0, reason: '', description: '', countedAt: now }
}

/** Whether an HTTP status fits a matcher such as `200`, `200,204` or `200-299`. */
export function statusMatches(matcher: string, status: number): boolean {
  return matcher.split(',').some((part) => {
    const [low, high] = part.trim().split('-').map(Number)
    return low !== undefined && status >= low && status <= (high ?? low)
  })
}

/** The report for one target, from its health and its registration. */
export function describeHealth(health: Health, registration: Registration): TargetHealth {
  if (registration === 'drained') {
    return {
      state: 'unused',
      reason: 'Target.NotRegistered',
      description: 'Target is not registered to the target group',
    }
  }
  if (registration === 'draining') {
    return {
      state: 'draining',
      reason: 'Target.DeregistrationInProgress',
      description: 'Target deregistration is in progress',
    }
  }
  if (registration === 'absent') {
    return {
      state: 'unused',
      reason: 'Target.InvalidState',
      description: 'Target is in the stopped state',
    }
  }
  return { state: health.state, reason: health.reason, description: health.description }
}

/**
 * `absent`: registered, but its instance has no address; `drained`: draining and its last request has ended.
 */
export type Registration = 'registered' | 'draining' | 'drained' | 'absent'
