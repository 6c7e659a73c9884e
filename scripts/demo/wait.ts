import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServiceFailure } from '../../core/base/errors.ts'

/**
 * Asks until the answer is defined.
 * @throws ServiceFailure after `seconds`
 */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new ServiceFailure(`${what} did not happen within ${seconds} s`)
    await sleep(200)
  }
}

/** Resolves at Ctrl-C or SIGTERM. */
export async function untilInterrupted(): Promise<void> {
  const alive = setInterval(() => {}, 60_000)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  clearInterval(alive)
}
