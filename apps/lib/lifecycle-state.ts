import { setTimeout as pause } from 'node:timers/promises'
import { readMetadata } from './metadata.ts'

export interface WatchOptions {
  everyMs?: number
  signal?: AbortSignal
  /** Reads the state; from the instance's own metadata service by default. */
  read?: () => Promise<string | null>
}

const PATH = 'autoscaling/target-lifecycle-state'

/**
 * Waits until the Auto Scaling group decides to terminate this instance. A unikernel may get no other notice
 * (EC2 Auto Scaling User Guide, "Retrieve the target lifecycle state through instance metadata"). Missing
 * answers are ignored.
 * @returns true once the target is `Terminated`, false when the signal ends the wait
 */
export async function groupEndsInstance(options: WatchOptions = {}): Promise<boolean> {
  const { everyMs = 2000, signal, read = () => readMetadata(PATH) } = options
  while (!signal?.aborted) {
    if ((await read()) === 'Terminated') return true
    await pause(everyMs, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => undefined)
  }
  return false
}
