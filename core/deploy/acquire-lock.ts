import { LockHeld } from '../base/errors.ts'
import { executionName } from '../base/execution-name.ts'
import { decideLock, type Executions, type LockTable } from './lock.ts'

/** If the lock keeps changing hands, somebody is at work; three looks are enough to tell. */
const ATTEMPTS = 3

/**
 * Gives the lock of `app` to `owner` and resolves to its fence number; asking again as the owner is harmless.
 * @throws {LockHeld} names the execution that holds it
 */
export async function acquireLock(
  ports: { locks: LockTable; executions: Executions },
  app: string,
  owner: string,
  now: () => Date,
): Promise<number> {
  let holder: string | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const seen = await ports.locks.read(app)
    holder = seen?.owner
    const holderRuns = holder !== undefined && holder !== owner && (await ports.executions.runs(holder))
    const decision = decideLock(seen, owner, holderRuns)
    if (decision === 'keep' && seen) return seen.fence
    if (decision === 'refuse') break
    const fence = await ports.locks.take(app, owner, seen, now())
    if (fence !== undefined) return fence
  }
  const stop = holder ? ` or stop it with "nanofleet cancel ${executionName(holder)}"` : ''
  throw new LockHeld(
    `${app}: ${holder ?? 'another execution'} works on this app; wait until it is over${stop}, then start again`,
  )
}
