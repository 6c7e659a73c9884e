import { EventEmitter } from 'node:events'
import type { ElbState, ForwardAction, HealthReport } from './state.ts'
import { type LiveTarget, type ReachableTarget, TargetPool } from './targets.ts'

interface FleetEvents {
  /** A target must be checked from now on. */
  added: [pool: TargetPool, target: LiveTarget]
  removed: [target: LiveTarget]
  /** A target's report has changed. */
  health: [pool: TargetPool, target: LiveTarget]
}

/** All target groups of the region, kept in sync with the region's state. */
export class Fleet extends EventEmitter<FleetEvents> {
  readonly pools = new Map<string, TargetPool>()
  #credit = new WeakMap<ForwardAction, number[]>()

  apply(state: Pick<ElbState, 'targetGroups'>, now = Date.now()): void {
    const wanted = new Set(state.targetGroups.map((group) => group.arn))
    for (const [arn, pool] of this.pools) {
      if (wanted.has(arn)) continue
      this.pools.delete(arn)
      for (const target of pool.targets.values()) this.#remove(target)
    }
    for (const group of state.targetGroups) {
      const pool = this.pools.get(group.arn) ?? new TargetPool(group)
      this.pools.set(group.arn, pool)
      const before = new Map([...pool.targets].map(([key, target]) => [key, target.registration]))
      const { added, removed } = pool.update(group, now)
      for (const target of removed) this.#remove(target)
      for (const target of added) {
        target.drained = () => this.emit('health', pool, target)
        this.emit('added', pool, target)
      }
      for (const [key, target] of pool.targets) {
        if (before.get(key) !== target.registration) this.emit('health', pool, target)
      }
    }
  }

  /** The next target for a forward action; undefined when its groups have none to offer. */
  pick(action: ForwardAction): ReachableTarget | undefined {
    const only = action.targetGroups.length === 1 ? action.targetGroups[0] : this.#weighted(action)
    return only && this.pools.get(only.arn)?.pick()
  }

  /** The reports of all targets in the region's groups; our own groups (`local:`) are left out. */
  report(): HealthReport {
    const report: HealthReport = {}
    for (const [arn, pool] of this.pools) {
      if (isLocal(arn)) continue
      report[arn] = Object.fromEntries([...pool.targets].map(([key, target]) => [key, target.describe()]))
    }
    return report
  }

  /** Smooth weighted round robin: in `sum of weights` requests each group gets exactly its weight. */
  #weighted(action: ForwardAction): ForwardAction['targetGroups'][number] | undefined {
    const credit = this.#credit.get(action) ?? action.targetGroups.map(() => 0)
    this.#credit.set(action, credit)
    let total = 0
    let best = -1
    action.targetGroups.forEach((group, index) => {
      credit[index] = (credit[index] ?? 0) + group.weight
      total += group.weight
      if (group.weight > 0 && (best < 0 || (credit[index] ?? 0) > (credit[best] ?? 0))) best = index
    })
    if (best < 0) return undefined
    credit[best] = (credit[best] ?? 0) - total
    return action.targetGroups[best]
  }

  #remove(target: LiveTarget): void {
    for (const stream of target.streams) stream.destroy()
    this.emit('removed', target)
  }
}

/** Target groups that the gateway itself adds; the region knows nothing about them. */
export const isLocal = (arn: string): boolean => arn.startsWith('local:')
