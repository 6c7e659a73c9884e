import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Refusal } from '../../../apps/lib/refusal.ts'
import { LEASE_MS, MOST_FAILURES, type StoredTask } from '../../../apps/photos/db/decisions.ts'
import type { TaskStore } from '../../../apps/photos/db/task-store.ts'
import { PICTURE, resultsOf } from './task-samples.ts'
import type { TasksUnderTest } from './tasks.ts'

/** What happens to the tasks: workers report on a lease that they were given, however long ago. */
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('upload' as const), token: fc.nat(4), broken: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('next' as const), worker: fc.constantFrom('a', 'b') }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('finish' as const, 'fail' as const, 'release' as const),
      lease: fc.nat(20),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      ms: fc.constantFrom(0, 1, 500, 19_999, 20_000),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** What the tasks must look like after all that has happened. */
class Witness {
  readonly #tasks: TaskStore
  readonly #now: () => number
  readonly leases: StoredTask[] = []
  readonly #holders = new Map<number, StoredTask>()
  readonly #failures = new Map<number, number>()
  readonly #ended = new Map<number, StoredTask>()
  readonly #tokens = new Map<number, number>()

  constructor(tasks: TaskStore, now: () => number) {
    this.#tasks = tasks
    this.#now = now
  }

  async upload(token: number, broken: boolean): Promise<void> {
    const { task, isNew } = await this.#tasks.create({ filter: 'blur', token: String(token) })
    expect(isNew).toBe(!this.#tokens.has(token))
    expect(task.id).toBe(this.#tokens.get(token) ?? task.id)
    this.#tokens.set(token, task.id)
    if (!broken) await this.#tasks.ready(task.id, PICTURE)
  }

  async next(worker: string): Promise<StoredTask | undefined> {
    const lease = await this.#tasks.next(worker)
    this.#runOut()
    if (lease === undefined) return undefined
    expect(this.#holders.has(lease.id)).toBe(false)
    expect(this.#ended.has(lease.id)).toBe(false)
    expect(this.#failures.get(lease.id) ?? 0).toBeLessThan(MOST_FAILURES)
    expect(lease.attempt).toBe(1 + Math.max(0, ...this.#of(lease.id).map(({ attempt }) => attempt)))
    expect(lease.until).toBe(this.#now() + LEASE_MS)
    this.#holders.set(lease.id, lease)
    this.leases.push(lease)
    return lease
  }

  async report(kind: 'finish' | 'fail' | 'release', { id, attempt }: StoredTask): Promise<void> {
    const holder = this.#holders.get(id)
    const holds = holder?.attempt === attempt && (holder.until ?? 0) > this.#now()
    const isRepeated = kind === 'finish' && this.#ended.get(id)?.attempt === attempt
    const before = await this.#tasks.read(id)
    const status = await statusOf(() => {
      if (kind === 'finish') return this.#tasks.finish(id, attempt, resultsOf(attempt))
      return kind === 'fail' ? this.#tasks.fail(id, attempt, 'broken') : this.#tasks.release(id, attempt)
    })
    expect(status).toBe(holds || isRepeated ? 204 : 409)
    const after = await this.#tasks.read(id)
    if (!holds) expect(after).toEqual(before)
    else {
      this.#holders.delete(id)
      if (kind === 'fail') this.#failures.set(id, (this.#failures.get(id) ?? 0) + 1)
      if (kind === 'finish') this.#ended.set(id, after)
    }
  }

  /** What is finished stays as it is, whatever else happens. */
  async check(): Promise<void> {
    for (const [id, task] of this.#ended) expect(await this.#tasks.read(id)).toEqual(task)
  }

  /** Every stored picture ends up finished, or failed after the allowed number of failures. */
  async end(pass: () => void): Promise<void> {
    const stored = await this.#tasks.newest(100)
    for (let round = 0; round < 100; round += 1) {
      pass()
      const lease = await this.next('last')
      if (lease) await this.report('finish', lease)
      else break
    }
    for (const { id } of stored) {
      const task = await this.#tasks.read(id)
      if (task.state === 2) expect(task).toEqual(this.#ended.get(id))
      else
        expect([task.state, task.failures, this.#failures.get(id)]).toEqual([3, MOST_FAILURES, MOST_FAILURES])
    }
  }

  /** A look for work counts expired leases as failures; those of other tasks count too, only later. */
  #runOut(): void {
    for (const [id, { until = 0 }] of this.#holders) {
      if (until > this.#now()) continue
      this.#holders.delete(id)
      this.#failures.set(id, (this.#failures.get(id) ?? 0) + 1)
    }
  }

  #of = (id: number): StoredTask[] => this.leases.filter((lease) => lease.id === id)
}

async function statusOf(work: () => Promise<void>): Promise<number> {
  try {
    await work()
    return 204
  } catch (error) {
    if (error instanceof Refusal) return error.status
    throw error
  }
}

async function run(witness: Witness, one: Step, pass: (ms: number) => void): Promise<void> {
  if (one.kind === 'upload') await witness.upload(one.token, one.broken)
  else if (one.kind === 'next') await witness.next(one.worker)
  else if (one.kind === 'pass') pass(one.ms)
  else {
    const lease = witness.leases.at(-1 - (one.lease % Math.max(1, witness.leases.length)))
    if (lease) await witness.report(one.kind, lease)
  }
  await witness.check()
}

/** Anything that uploads, workers and time may do, in any order. */
export function tasksHistories(name: string, numRuns: number, start: () => Promise<TasksUnderTest>): void {
  describe(`any history of the tasks ${name}`, () => {
    let under: TasksUnderTest
    beforeAll(async () => {
      under = await start()
    }, 120_000)
    afterAll(() => under?.stop())

    it('finishes each task at most once, loses none, and gives up after three failures', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          let now = 1_790_000_000_000
          const pass = (ms: number) => {
            now += ms
          }
          const { tasks } = await under.fresh(() => now)
          const witness = new Witness(tasks, () => now)
          for (const one of steps) await run(witness, one, pass)
          await witness.end(() => pass(LEASE_MS))
        }),
        { numRuns },
      )
    }, 120_000)
  })
}
