import { describeHealth, type Health, type Registration, unchecked } from './health.ts'
import { type Target, type TargetGroup, type TargetHealth, targetKey } from './state.ts'

/**
 * A target and what the gateway knows about it: its health, and how many requests and connections it serves.
 */
export class LiveTarget {
  readonly key: string
  readonly port: number
  /** Uses TLS. */
  readonly secure: boolean
  address: string | null
  state: Target['state']
  /** By the security groups: on AWS its packets are dropped. */
  blocked: boolean
  health: Health
  active = 0
  /** Open WebSockets; they are cut when the deregistration delay is over. */
  readonly streams = new Set<{ destroy(): unknown }>()
  /** Called when the last request of a draining target has ended. */
  drained: () => void = () => {}

  constructor(target: Target, now: number, secure = false) {
    this.key = targetKey(target)
    this.port = target.port
    this.secure = secure
    this.address = target.address
    this.state = target.state
    this.blocked = target.blocked === true
    this.health = unchecked(now)
  }

  begin(): void {
    this.active += 1
  }

  end(): void {
    this.active -= 1
    if (this.active === 0 && this.state === 'draining') this.drained()
  }

  get registration(): Registration {
    if (this.state === 'draining') return this.active === 0 ? 'drained' : 'draining'
    return this.address === null ? 'absent' : 'registered'
  }

  describe(): TargetHealth {
    return describeHealth(this.health, this.registration)
  }
}

/** A target with an address, so that a request can be sent to it. */
export type ReachableTarget = LiveTarget & { address: string }

/** The targets of one target group, and whose turn it is. */
export class TargetPool {
  group: TargetGroup
  readonly targets = new Map<string, LiveTarget>()
  #eligible: ReachableTarget[] = []
  #turn = 0

  constructor(group: TargetGroup) {
    this.group = group
  }

  /** Takes over the group's new description from the region; targets that stay keep their health. */
  update(group: TargetGroup, now: number): { added: LiveTarget[]; removed: LiveTarget[] } {
    this.group = group
    const wanted = new Set(group.targets.map(targetKey))
    const removed = [...this.targets.values()].filter((live) => !wanted.has(live.key))
    for (const live of removed) this.targets.delete(live.key)
    const added: LiveTarget[] = []
    for (const target of group.targets) {
      const live = this.targets.get(targetKey(target))
      if (!live) {
        const fresh = new LiveTarget(target, now, group.protocol === 'HTTPS')
        this.targets.set(fresh.key, fresh)
        added.push(fresh)
      } else if (refresh(live, target, now)) added.push(live)
    }
    this.settle()
    return { added, removed }
  }

  /** Call it when a target's health has changed: recomputes which targets get requests. */
  settle(): void {
    const registered = [...this.targets.values()].filter(
      (live): live is ReachableTarget => live.registration === 'registered' && !live.blocked,
    )
    const healthy = registered.filter((live) => live.health.state === 'healthy')
    // Fail open, "Target group health" in the ELB guide: without a healthy target all of them are tried.
    this.#eligible = healthy.length > 0 ? healthy : registered
  }

  /**
   * The next target, as "Routing algorithms" in "Edit target group attributes for your Application Load
   * Balancer" describes; undefined when none in the group is registered and running.
   */
  pick(): ReachableTarget | undefined {
    const least = this.group.algorithm === 'least_outstanding_requests'
    const fewest = least ? Math.min(...this.#eligible.map(({ active }) => active)) : Number.POSITIVE_INFINITY
    for (let tried = 0; tried < this.#eligible.length; tried++) {
      if (this.#turn >= this.#eligible.length) this.#turn = 0
      const target = this.#eligible[this.#turn] as ReachableTarget
      this.#turn += 1
      if (target.active <= fewest) return target
    }
    return undefined
  }
}

/** True when the target must be checked from the start: it came back, or its instance got an address. */
function refresh(live: LiveTarget, target: Target, now: number): boolean {
  const returned = live.state === 'draining' && target.state === 'registered'
  const moved = target.address !== null && live.address !== target.address
  live.state = target.state
  live.address = target.address
  live.blocked = target.blocked === true
  if (returned || moved) live.health = unchecked(now)
  return returned || moved
}
