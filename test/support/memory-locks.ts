import type { Executions, LockRecord, LockTable } from '../../core/deploy/lock.ts'

/** The lock table in memory, with the conditions that DynamoDB checks. */
export class MemoryLockTable implements LockTable {
  readonly #records = new Map<string, LockRecord>()

  async read(app: string): Promise<LockRecord | undefined> {
    const record = this.#records.get(app)
    return record && { ...record }
  }

  async take(
    app: string,
    owner: string,
    seen: LockRecord | undefined,
    at: Date,
  ): Promise<number | undefined> {
    const record = this.#records.get(app)
    if (record?.owner !== seen?.owner) return undefined
    const fence = (record?.fence ?? 0) + 1
    this.#records.set(app, { owner, fence, since: at.toISOString() })
    return fence
  }

  async free(app: string, owner: string): Promise<boolean> {
    const record = this.#records.get(app)
    if (record?.owner !== owner) return false
    this.#records.set(app, { fence: record.fence })
    return true
  }
}

/** Executions in memory: those in the set are under way, all others are over or unknown. */
export class MemoryExecutions implements Executions {
  readonly running: Set<string>

  constructor(...running: string[]) {
    this.running = new Set(running)
  }

  async runs(arn: string): Promise<boolean> {
    return this.running.has(arn)
  }
}
