import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../lib/refusal.ts'

/**
 * Retries while another service does not answer, or answers with a server error.
 * @throws what the last attempt threw, or the signal's reason once it is aborted
 */
export async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let round = 0; ; round += 1) {
    signal.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Refusal && error.status >= 500)) throw error
      await pause(pauseMs(round), undefined, { signal }).catch(() => undefined)
    }
  }
}

/**
 * How long to wait before the next attempt: random, so that many workers do not ask in step.
 * @returns milliseconds between 100 and a limit that doubles up to 1000
 */
export const pauseMs = (round: number, random: () => number = Math.random): number =>
  100 + random() * (Math.min(1000, 200 * 2 ** round) - 100)
