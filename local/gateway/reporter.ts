import type { Fleet } from './fleet.ts'
import { isLocal } from './fleet.ts'
import type { HealthReport } from './state.ts'
import type { LiveTarget, TargetPool } from './targets.ts'

/** How many milliseconds changes are collected, so that a starting fleet is one report. */
const GATHER_MS = 20
const RETRY_MS = 500

/** Reports the targets' health to the region: what changed, repeated until the region has accepted it. */
export class HealthReporter {
  readonly #fleet: Fleet
  readonly #send: (report: HealthReport) => Promise<void>
  #pending: HealthReport = {}
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(fleet: Fleet, send: (report: HealthReport) => Promise<void>) {
    this.#fleet = fleet
    this.#send = send
    fleet.on('added', (pool, target) => this.#note(pool, target))
    fleet.on('health', (pool, target) => this.#note(pool, target))
  }

  /** Reports all targets, for a region that knows nothing yet. */
  all(): void {
    this.#pending = this.#fleet.report()
    this.#soon(0)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
  }

  #note(pool: TargetPool, target: LiveTarget): void {
    const { arn } = pool.group
    if (isLocal(arn)) return
    this.#pending[arn] = { ...this.#pending[arn], [target.key]: target.describe() }
    this.#soon(GATHER_MS)
  }

  #soon(delay: number): void {
    if (this.#stopped || this.#timer) return
    this.#timer = setTimeout(() => void this.#flush(), delay)
  }

  async #flush(): Promise<void> {
    const report = this.#pending
    this.#pending = {}
    let delay: number | undefined
    if (Object.keys(report).length > 0) {
      try {
        await this.#send(report)
      } catch {
        // The region is down. Newer results override the ones that could not be reported.
        for (const [arn, targets] of Object.entries(report)) {
          this.#pending[arn] = { ...targets, ...this.#pending[arn] }
        }
        delay = RETRY_MS
      }
    }
    this.#timer = undefined
    if (Object.keys(this.#pending).length > 0) this.#soon(delay ?? GATHER_MS)
  }
}
