import { setTimeout as pause } from 'node:timers/promises'
import { attempt, type Services } from './attempt.ts'
import type { Lease } from './master.ts'
import { pauseMs } from './patience.ts'

/** Two seconds less than a lease: enough to report the outcome while the lease still holds. */
const WORK_MS = 18_000

export interface Ends {
  /** Aborted when no new task should be taken. */
  leaving: AbortSignal
  /** Aborted when the task under way has to be released. */
  end: AbortSignal
}

/** Takes task after task until told to leave; asks every 0.1 to 1 s while there is none. */
export async function work(around: Services, { leaving, end }: Ends): Promise<void> {
  const asking = new Asking(around)
  let idle = 0
  while (!leaving.aborted) {
    const began = performance.now()
    const lease = await asking.next()
    if (lease && leaving.aborted) await around.master.release(lease).catch(() => undefined)
    if (leaving.aborted) return
    const left = (): number => WORK_MS - (performance.now() - began)
    const limits = {
      lease: AbortSignal.timeout(Math.max(0, Math.floor(left()))),
      end,
      secondsLeft: () => Math.max(1, Math.floor(left() / 1000)),
    }
    const went = lease !== undefined && (await attempt(around, lease, limits))
    idle = went ? 0 : idle + 1
    if (!went) await pause(pauseMs(idle), undefined, { signal: leaving }).catch(() => undefined)
  }
}

/** Asks the master for tasks, and logs once why none comes. */
class Asking {
  readonly #around: Services
  #said = ''

  constructor(around: Services) {
    this.#around = around
  }

  async next(): Promise<Lease | undefined> {
    try {
      const lease = await this.#around.master.next()
      this.#say(lease ? '' : 'Nothing to do at the moment')
      return lease
    } catch (error) {
      this.#say(`Cannot get a task: ${error instanceof Error ? error.message : error}`)
      return undefined
    }
  }

  #say(line: string): void {
    if (line && line !== this.#said) this.#around.log(line)
    this.#said = line
  }
}
