import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { connect } from 'node:net'
import type { Fleet } from './fleet.ts'
import { type Outcome, observe, statusMatches, unchecked, untilNextCheck } from './health.ts'
import type { HealthCheck } from './state.ts'
import type { LiveTarget, TargetPool } from './targets.ts'

/** Checks every target of the fleet at its group's interval until `stop`. */
export class HealthChecker {
  readonly #fleet: Fleet
  readonly #timers = new Map<LiveTarget, NodeJS.Timeout>()

  constructor(fleet: Fleet) {
    this.#fleet = fleet
    fleet.on('added', (pool, target) => this.#schedule(pool, target, 0))
    fleet.on('removed', (target) => this.#forget(target))
  }

  stop(): void {
    for (const target of this.#timers.keys()) this.#forget(target)
  }

  #schedule(pool: TargetPool, target: LiveTarget, delay: number): void {
    clearTimeout(this.#timers.get(target))
    this.#timers.set(
      target,
      setTimeout(() => this.#check(pool, target), delay),
    )
  }

  #forget(target: LiveTarget): void {
    clearTimeout(this.#timers.get(target))
    this.#timers.delete(target)
  }

  #check(pool: TargetPool, target: LiveTarget): void {
    const { address } = target
    const check = pool.group.healthCheck
    if (address === null || target.state === 'draining') {
      this.#schedule(pool, target, check.interval * 1000)
      return
    }
    const ask = target.blocked ? unanswered : probe
    ask(address, check.port ?? target.port, check, (outcome) => {
      if (!this.#timers.has(target)) return
      // If the instance was replaced while the check was under way, its answer says nothing.
      const health = target.address === address ? target.health : unchecked(Date.now())
      target.health = observe(health, outcome, check, Date.now())
      pool.settle()
      if (health.state !== target.health.state || health.reason !== target.health.reason) {
        this.#fleet.emit('health', pool, target)
      }
      this.#schedule(pool, target, untilNextCheck(target.health, check))
    })
  }
}

/** One check; `done` is called exactly once, at the latest after the check's timeout. */
export function probe(
  host: string,
  port: number,
  check: HealthCheck,
  done: (outcome: Outcome) => void,
): void {
  const finish = once(done)
  if (check.protocol === 'TCP') probeTcp(host, port, check, finish)
  else probeHttp(host, port, check, finish)
}

/** What a check comes to when security groups drop it. */
function unanswered(
  _host: string,
  _port: number,
  check: HealthCheck,
  done: (outcome: Outcome) => void,
): void {
  setTimeout(() => done(timedOut), check.timeout * 1000)
}

function probeTcp(host: string, port: number, check: HealthCheck, finish: (outcome: Outcome) => void): void {
  const socket = connect({ host, port })
  const timer = setTimeout(() => end(timedOut), check.timeout * 1000)
  const end = (outcome: Outcome): void => {
    clearTimeout(timer)
    finish(outcome)
    socket.destroy()
  }
  socket.once('connect', () => end({ passed: true }))
  socket.on('error', () => end(failedChecks))
}

function probeHttp(host: string, port: number, check: HealthCheck, finish: (outcome: Outcome) => void): void {
  const headers = { Host: `${host}:${port}`, 'User-Agent': 'ELB-HealthChecker/2.0', Connection: 'close' }
  const ask = check.protocol === 'HTTPS' ? secureRequest : request
  // As with requests, certificates are not checked.
  const options = { host, port, path: check.path, agent: false as const, headers, rejectUnauthorized: false }
  const asked = ask(options, (answer) => {
    const status = answer.statusCode ?? 0
    answer.resume()
    const passed = statusMatches(check.matcher, status)
    end(passed ? { passed } : mismatch(status))
  })
  const timer = setTimeout(() => end(timedOut), check.timeout * 1000)
  const end = (outcome: Outcome): void => {
    clearTimeout(timer)
    finish(outcome)
    asked.destroy()
  }
  asked.on('error', () => end(failedChecks))
  asked.end()
}

const timedOut: Outcome = { passed: false, reason: 'Target.Timeout', description: 'Request timed out' }
const failedChecks: Outcome = {
  passed: false,
  reason: 'Target.FailedHealthChecks',
  description: 'Health checks failed',
}
const mismatch = (status: number): Outcome => ({
  passed: false,
  reason: 'Target.ResponseCodeMismatch',
  description: `Health checks failed with these codes: [${status}]`,
})

function once(done: (outcome: Outcome) => void): (outcome: Outcome) => void {
  let called = false
  return (outcome) => {
    if (called) return
    called = true
    done(outcome)
  }
}
