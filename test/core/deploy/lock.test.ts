import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { LockHeld } from '../../../core/base/errors.ts'
import { acquireLock } from '../../../core/deploy/acquire-lock.ts'
import { decideLock } from '../../../core/deploy/lock.ts'
import { MemoryExecutions, MemoryLockTable } from '../../support/memory-locks.ts'

const now = () => new Date('2026-01-01T00:00:00Z')

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
    const locks = new MemoryLockTable()
    await acquireLock({ locks, executions: new MemoryExecutions() }, 'web', 'first', now)
    const second = acquireLock({ locks, executions: new MemoryExecutions('first') }, 'web', 'second', now)
    await expect(second).rejects.toThrow(LockHeld)
    await expect(second).rejects.toThrow(/web: first works on this app/)
  })

  it('takes the lock over from an execution that was killed, with a higher fence number', async () => {
    const locks = new MemoryLockTable()
    const first = await acquireLock({ locks, executions: new MemoryExecutions() }, 'web', 'first', now)
    const second = await acquireLock({ locks, executions: new MemoryExecutions() }, 'web', 'second', now)
    expect(second).toBeGreaterThan(first)
    await expect(locks.free('web', 'first')).resolves.toBe(false)
  })

  it('looks three times at a lock that changes hands, and asks about nobody but others whether they run', async () => {
    const asked: string[] = []
    const executions = { runs: async (name: string) => asked.push(name) < 0 }
    const owners = [undefined, 'them', 'us', 'us']
    const looks: (string | undefined)[] = []
    const locks = {
      read: async () => {
        looks.push(owners[looks.length])
        return { fence: 1, owner: looks.at(-1) }
      },
      take: async (): Promise<number | undefined> => (looks.length > 2 ? 7 : undefined),
    } as unknown as MemoryLockTable
    expect(await acquireLock({ locks, executions }, 'web', 'we', now)).toBe(7)
    expect(looks).toEqual([undefined, 'them', 'us'])
    expect(asked).toEqual(['them', 'us'])
    looks.length = 0
    asked.length = 0
    expect(await acquireLock({ locks, executions }, 'web', 'us', now)).toBe(1)
    expect(asked).toEqual(['them'])
  })

  it('gives up after three looks at a lock that others always take first', async () => {
    let looks = 0
    const locks = {
      read: async () => void looks++,
      take: async () => undefined,
    } as unknown as MemoryLockTable
    const acquired = acquireLock({ locks, executions: new MemoryExecutions() }, 'web', 'us', now)
    await expect(acquired).rejects.toThrow(
      'web: another execution works on this app; wait until it is over, then start again',
    )
    expect(looks).toBe(3)
  })

  it('gives the same fence number to an owner that asks again', async () => {
    const locks = new MemoryLockTable()
    const ports = { locks, executions: new MemoryExecutions('us') }
    expect(await acquireLock(ports, 'web', 'us', now)).toBe(await acquireLock(ports, 'web', 'us', now))
  })

  it('never has two running owners and never repeats a fence number, whatever happens in between', async () => {
    const owner = fc.constantFrom('a', 'b', 'c')
    const command = fc.record({ verb: fc.constantFrom('start', 'end', 'kill'), owner })
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
        const locks = new MemoryLockTable()
        const running = new Map<string, string>()
        const fences: number[] = []
        let number = 0
        const executions = new MemoryExecutions()
        for (const { verb, owner: name } of commands) {
          const arn = running.get(name)
          if (verb === 'start' && arn === undefined) {
            const candidate = `${name}-${++number}`
            const holders = [...running.values()]
            try {
              fences.push(await acquireLock({ locks, executions }, 'web', candidate, now))
              expect(holders).toEqual([])
              running.set(name, candidate)
              executions.running.add(candidate)
            } catch (error) {
              expect(error).toBeInstanceOf(LockHeld)
              expect(holders).toHaveLength(1)
            }
          } else if (arn !== undefined) {
            // A killed execution frees nothing.
            if (verb === 'end') await locks.free('web', arn)
            if (verb === 'start') continue
            running.delete(name)
            executions.running.delete(arn)
          }
        }
        expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b))
      }),
    )
  })
})
