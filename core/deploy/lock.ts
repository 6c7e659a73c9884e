/** What the table holds for one app's lock. `owner` is absent while nobody works on the app. */
export interface LockRecord {
  /** ARN of the execution that works on the app. */
  owner?: string
  /**
   * Grows by one with each owner, never falls: a late write of an earlier owner can be told by its number.
   */
  fence: number
  /** ISO time at which the owner took it. */
  since?: string
}

export type LockDecision = 'keep' | 'take' | 'refuse'

/**
 * Whether `owner` may work on an app. A killed execution runs no clean-up, so a lock has no use for an
 * expiry: it is taken over exactly when the execution that holds it is over, however long it lasted.
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
   * Makes `owner` the holder if the lock is still as `seen` shows it; resolves to the new fence number, or to
   * undefined when somebody else was faster.
   */
  take(app: string, owner: string, seen: LockRecord | undefined, at: Date): Promise<number | undefined>
  /** Frees the lock if `owner` holds it; resolves to false when it did not. */
  free(app: string, owner: string): Promise<boolean>
}

/** Whether executions are still under way; one that the service has forgotten is over. */
export interface Executions {
  runs(arn: string): Promise<boolean>
}
