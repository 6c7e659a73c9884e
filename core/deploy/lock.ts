/** What the table holds for one app's lock. `owner` is absent while nobody works on the app. */
export interface LockRecord {
  /** ARN of the execution that works on the app. */
  owner?: string
  /** Grows by one with each owner and never falls, so a late write of an earlier owner can be recognised. */
  fence: number
  /** ISO time at which the owner took it. */
  since?: string
}

export type LockDecision = 'keep' | 'take' | 'refuse'

/**
 * Whether `owner` may work on an app. A killed execution runs no clean-up, and an expiry would rob a long
 * one. So the lock is taken over exactly when the execution that holds it has ended.
 * @param holderRuns whether the execution named by the record is still under way
 */
export function decideLock(record: LockRecord | undefined, owner: string, holderRuns: boolean): LockDecision {
  if (record?.owner === owner) return 'keep'
  if (record?.owner === undefined || !holderRuns) return 'take'
  return 'refuse'
}

/** The locks of a stage; `app` is the app's name. */
export interface LockTable {
  read(app: string): Promise<LockRecord | undefined>
  /**
   * Makes `owner` the holder if the lock is still as `seen`; resolves to the new fence number, or to
   * undefined if somebody else was faster.
   */
  take(app: string, owner: string, seen: LockRecord | undefined, at: Date): Promise<number | undefined>
  /** Frees the lock if `owner` holds it; resolves to false otherwise. */
  free(app: string, owner: string): Promise<boolean>
}

/** Whether executions are still under way; one that Step Functions has forgotten is over. */
export interface Executions {
  runs(arn: string): Promise<boolean>
}
