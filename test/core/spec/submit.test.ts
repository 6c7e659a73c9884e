import { beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { acquireLock } from '../../../core/deploy/acquire-lock.ts'
import { Busy, CLAIM_MS, KeyReused, type Order, submit } from '../../../core/spec/submit.ts'
import { MemoryLockTable } from '../../support/memory-locks.ts'
import { MemoryRuns } from '../../support/memory-runs.ts'

let [locks, runs, time] = [new MemoryLockTable(), new MemoryRuns(), 0]
beforeEach(() => {
  ;[locks, runs, time] = [new MemoryLockTable(), new MemoryRuns(), 0]
})
const now = () => new Date(time)
const ask = (order: Partial<Order> = {}) =>
  submit(
    { locks, runs, now },
    { workflow: 'deploy', app: 'shop', input: { app: 'shop', bundle: 'a' }, ...order },
  )
const other = { input: { app: 'shop', bundle: 'b' } }

/** Ends a run as the workflow does. */
async function end(arn: string, status = 'SUCCEEDED'): Promise<void> {
  await locks.free('shop', arn)
  runs.end(arn, status)
}

describe('a request', () => {
  it('starts a run that holds the lock already', async () => {
    const { run, isNew } = await ask()
    expect(isNew).toBe(true)
    expect(await locks.read('shop')).toMatchObject({ owner: run.arn, fence: 1 })
    const executions = { runs: async (arn: string) => runs.runs.get(arn)?.status === 'RUNNING' }
    expect(await acquireLock({ locks, executions }, 'shop', run.arn, now)).toBe(1)
  })

  it('asked again while it runs is the same run', async () => {
    const first = await ask()
    expect(await ask()).toEqual({ run: first.run, isNew: false })
    expect(runs.runs.size).toBe(1)
  })

  it('for something else meanwhile is refused with the run that holds the lock', async () => {
    const { run } = await ask()
    await expect(ask(other)).rejects.toMatchObject({ name: 'Busy', holder: run.arn })
    await expect(ask({ workflow: 'teardown' })).rejects.toThrow(Busy)
  })

  it('asked again after it ended begins anew', async () => {
    const first = await ask()
    await end(first.run.arn, 'FAILED')
    const second = await ask()
    expect([second.isNew, second.run.name === first.run.name]).toEqual([true, false])
  })

  it('takes the lock of a run that ended without freeing it', async () => {
    const { run } = await ask()
    runs.end(run.arn, 'ABORTED')
    expect((await ask()).run.arn).not.toBe(run.arn)
    expect((await locks.read('shop'))?.fence).toBe(2)
  })

  it('waits for nobody who took the lock and never began, but leaves a minute to begin', async () => {
    await locks.take('shop', runs.arn('deploy', 'someone'), undefined, now())
    time = CLAIM_MS - 1
    await expect(ask()).rejects.toMatchObject({ holder: runs.arn('deploy', 'someone') })
    time = CLAIM_MS
    expect((await ask()).isNew).toBe(true)
  })

  it('frees the lock when it cannot begin', async () => {
    const ready = () => Promise.reject(new Error('the bucket is away'))
    await expect(ask({ ready })).rejects.toThrow('the bucket is away')
    expect((await locks.read('shop'))?.owner).toBeUndefined()
    expect(runs.runs.size).toBe(0)
  })
})

describe('a request with a key', () => {
  it('is the same run for good, however it ended', async () => {
    const first = await ask({ key: 'me 1' })
    await end(first.run.arn, 'FAILED')
    expect(await ask({ key: 'me 1' })).toMatchObject({ run: { status: 'FAILED' }, isNew: false })
    expect((await ask({ key: 'me 2' })).isNew).toBe(true)
  })

  it('is refused if the key was that of another request', async () => {
    await ask({ key: 'me 1' })
    await expect(ask({ key: 'me 1', ...other })).rejects.toThrow(KeyReused)
  })
})

it('of any requests at once one run begins, and only the same ones share it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ bundle: fc.constantFrom('a', 'b'), key: fc.constantFrom(undefined, 'k', 'l') }), {
        minLength: 2,
        maxLength: 6,
      }),
      fc.scheduler(),
      async (requests, s) => {
        const [table, all] = [new MemoryLockTable(), new MemoryRuns()]
        const slow = {
          locks: {
            read: s.scheduleFunction((app: string) => table.read(app)),
            take: s.scheduleFunction((...args: Parameters<MemoryLockTable['take']>) => table.take(...args)),
            free: (app: string, owner: string) => table.free(app, owner),
          },
          runs: {
            arn: (workflow: string, name: string) => all.arn(workflow, name),
            find: s.scheduleFunction((arn: string) => all.find(arn)),
            latest: (workflow: string, app: string) => all.latest(workflow, app),
            start: s.scheduleFunction((...args: Parameters<MemoryRuns['start']>) => all.start(...args)),
          },
          now,
        }
        const asked = requests.map(({ bundle, key }) =>
          submit(slow, {
            workflow: 'deploy',
            app: 'shop',
            input: { app: 'shop', bundle },
            ...(key !== undefined && { key }),
          }),
        )
        const answers = await s.waitFor(Promise.allSettled(asked))
        expect(all.runs.size).toBe(1)
        const [run] = all.runs.values()
        const began = answers.filter((one) => one.status === 'fulfilled' && one.value.isNew)
        expect(began.length).toBeLessThanOrEqual(1)
        answers.forEach((one, index) => {
          if (one.status === 'fulfilled')
            expect(run?.input).toMatchObject({ bundle: requests[index]?.bundle })
          else expect(['Busy', 'KeyReused']).toContain(one.reason.name)
        })
      },
    ),
    { numRuns: 60 },
  )
})
