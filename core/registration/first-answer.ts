import type { Registration } from '../base/catalog.ts'
import type { CheckDefinition } from '../definition/schema.ts'
import { spokenOf } from '../definition/spoken.ts'
import { type Probe, probeOf } from './probe.ts'

/** Asks once. True only for an answer that Consul calls passing; never rejects. */
export type Ask = (probe: Probe, milliseconds: number) => Promise<boolean>

/** Milliseconds since some moment, and a way to let some pass. */
export interface Clock {
  now(): number
  pause(milliseconds: number): Promise<unknown>
}

/** How long a registration waits for its checks to pass; Consul finds what comes up later. */
const PATIENCE_MS = 2000
/** Pause between two questions. */
const PAUSE_MS = 100
/** Questions at once. Each is a connection, and a Lambda has 1,024 file descriptors (Lambda quotas). */
const AT_ONCE = 400

/**
 * Consul runs a new check at a random moment of its interval, and until then the service is critical. If the
 * same check passes for us earlier, it is registered as passing; Consul continues from there and corrects it
 * with its first run.
 */
export class FirstAnswer {
  readonly #ask: Ask
  readonly #clock: Clock
  #asking = 0

  constructor(ask: Ask, clock: Clock) {
    this.#ask = ask
    this.#clock = clock
  }

  /**
   * The registration with `Status: passing` at each check that has been seen to pass. This comes before the
   * registration and not after it: an agent keeps the state of a check that it already has (tried: 1.22.6),
   * so this sets a check's first state and never overrides one.
   */
  async of(registration: Registration): Promise<Registration> {
    const checks = (registration.Checks ?? []) as CheckDefinition[]
    const spoken = spokenOf(registration.Meta)
    const begun = await Promise.all(
      checks.map(async (check) => {
        const probe = probeOf(check, registration.Address, spoken)
        return probe && (await this.#passes(probe)) ? { ...check, Status: 'passing' } : check
      }),
    )
    return checks.length > 0 ? { ...registration, Checks: begun } : registration
  }

  async #passes(probe: Probe): Promise<boolean> {
    if (this.#asking >= AT_ONCE) return false
    this.#asking++
    try {
      const end = this.#clock.now() + PATIENCE_MS
      for (let left = PATIENCE_MS; left > 0; left = end - this.#clock.now()) {
        if (await this.#ask(probe, Math.min(probe.milliseconds, left))) return true
        await this.#clock.pause(PAUSE_MS)
      }
      return false
    } finally {
      this.#asking--
    }
  }
}
