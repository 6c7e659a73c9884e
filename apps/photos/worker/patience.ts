import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from '../../lib/refusal.ts'

/**
 * Tries again while another service does not answer, or answers with a fault of its own.
 * @throws what the last try threw, or the signal's reason once it is aborted
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
 * How long to wait before the next try: at random, so that many workers do not ask in step.
 * @returns milliseconds between 100 and a bound that doubles up to 1000
 */
export const pauseMs = (round: number, random: () => number = Math.random): number =>
  100 + random() * (Math.min(1000, 200 * 2 ** round) - 100)
