import { setTimeout as sleep } from 'node:timers/promises'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { Destination } from './destination.ts'
import { exchange } from './exchange.ts'
import type { Progress } from './progress.ts'
import type { Result } from './upload-all.ts'

interface Task {
  id: number
  state: number
  reason?: string | null
}

const FINISHED = 2
const FAILED = 3
const PAUSE_MS = 500
/** The most requests at a time. */
const AT_ONCE = 8

/** Polls the tasks until each is finished or failed, or the time is up, and records that in the results. */
export async function untilFinished(
  destination: Destination,
  results: Result[],
  limitMs: number,
  progress: Progress,
): Promise<void> {
  const deadline = Date.now() + limitMs
  const sent = results.filter(({ id }) => id !== undefined)
  for (;;) {
    const pending = sent.filter(({ state }) => state !== FINISHED && state !== FAILED)
    const failed = sent.filter(({ state }) => state === FAILED).length
    const done = sent.length - pending.length - failed
    progress.show(`finished ${done} of ${sent.length}${failed ? `, failed ${failed}` : ''}`)
    if (pending.length === 0) return
    if (Date.now() > deadline) {
      for (const result of pending) result.problem = `not finished within ${limitMs / 1000} s`
      return
    }
    // The oldest come first, so these will finish next.
    await Promise.all(pending.slice(0, AT_ONCE).map((result) => refresh(destination, result)))
    await sleep(pending.length > AT_ONCE ? PAUSE_MS / 5 : PAUSE_MS)
  }
}

async function refresh({ address }: Destination, result: Result): Promise<void> {
  const answer = await exchange(address, `/task/${result.id}`).catch(() => undefined)
  // A gateway or service that is briefly down: the next round asks again, up to the time limit.
  if (answer === undefined || answer.status >= 500) return
  if (answer.status !== 200)
    throw new ServiceFailure(`task ${result.id} cannot be read: ${answer.text.trim()}`)
  const task = JSON.parse(answer.text) as Task
  result.state = task.state
  if (task.state === FAILED) result.problem = `failed: ${task.reason ?? 'without a reason'}`
}
