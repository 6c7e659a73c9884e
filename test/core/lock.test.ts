import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { acquireLock } from '../../core/acquire-lock.ts'
import { LockHeld } from '../../core/errors.ts'
import { decideLock, type LockRecord, type LockTable } from '../../core/lock.ts'

/** The table in memory, with the conditions that DynamoDB checks. */
class Locks implements LockTable {
  readonly records = new Map<string, LockRecord>()

  async read(app: string): Promise<LockRecord | undefined> {
    const record = this.records.get(app)
    return record && { ...record }
  }

  async take(
    app: string,
    owner: string,
    seen: LockRecord | undefined,
    at: Date,
  ): Promise<number | undefined> {
    const record = this.records.get(app)
    if (record?.owner !== seen?.owner) return undefined
    const fence = (record?.fence ?? 0) + 1
    this.records.set(app, { owner, fence, since: at.toISOString() })
    return fence
  }

  async free(app: string, owner: string): Promise<boolean> {
    const record = this.records.get(app)
    if (record?.owner !== owner) return false
    this.records.set(app, { fence: record.fence })
    return true
  }
}

const now = () => new Date('2026-01-01T00:00:00Z')
const runs = (...running: string[]) => ({ runs: async (arn: string) => running.includes(arn) })

describe('decideLock', () => {
  it.each([
    ['nobody ever had it', undefined, false, 'take'],
    ['it was freed', { fence: 3 }, false, 'take'],
    ['we have it already', { fence: 3, owner: 'us' }, true, 'keep'],
    ['its owner still runs', { fence: 3, owner: 'them' }, true, 'refuse'],
    ['its owner is over', { fence: 3, owner: 'them' }, false, 'take'],
  ] as const)('when %s', (_case, record, holderRuns, decision) => {
    expect(decideLock(record, 'us', holderRuns)).toBe(decision)
  })
})

describe('acquireLock', () => {
  it('names the execution that holds the lock', async () => {
    const locks = new Locks()
    await acquireLock({ locks, executions: runs() }, 'web', 'first', now)
    const second = acquireLock({ locks, executions: runs('first') }, 'web', 'second', now)
    await expect(second).rejects.toThrow(LockHeld)
    await expect(second).rejects.toThrow(/web: first works on this app/)
  })

  it('takes the lock over from an execution that was killed, with a higher fence number', async () => {
    const locks = new Locks()
    const first = await acquireLock({ locks, executions: runs() }, 'web', 'first', now)
    const second = await acquireLock({ locks, executions: runs() }, 'web', 'second', now)
    expect(second).toBeGreaterThan(first)
    await expect(locks.free('web', 'first')).resolves.toBe(false)
  })

  it('gives the same fence number to an owner that asks again', async () => {
    const locks = new Locks()
    const ports = { locks, executions: runs('us') }
    expect(await acquireLock(ports, 'web', 'us', now)).toBe(await acquireLock(ports, 'web', 'us', now))
  })

  it('never has two running owners and never repeats a fence number, whatever happens in between', async () => {
    const owner = fc.constantFrom('a', 'b', 'c')
    const command = fc.record({ verb: fc.constantFrom('start', 'end', 'kill'), owner })
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        const locks = new Locks()
        const running = new Map<string, string>()
        const fences: number[] = []
        let number = 0
        const executions = { runs: async (arn: string) => [...running.values()].includes(arn) }
        for (const { verb, owner: name } of commands) {
          const arn = running.get(name)
          if (verb === 'start' && arn === undefined) {
            const candidate = `${name}-${++number}`
            const holders = [...running.values()]
            try {
              fences.push(await acquireLock({ locks, executions }, 'web', candidate, now))
              expect(holders).toEqual([])
              running.set(name, candidate)
            } catch (error) {
              expect(error).toBeInstanceOf(LockHeld)
              expect(holders).toHaveLength(1)
            }
          } else if (arn !== undefined) {
            // A killed execution frees nothing.
            if (verb === 'end') await locks.free('web', arn)
            if (verb !== 'start') running.delete(name)
          }
        }
        expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b))
      }),
    )
  })
})
