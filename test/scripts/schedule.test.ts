import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { schedule } from '../../scripts/lib/schedule.mjs'

const fine = { passed: 1, failed: 0, files: [] }

/** Jobs that note when they begin and end. */
function noted(...lasts: [name: string, seconds: number][]) {
  const diary: string[] = []
  const jobs = lasts.map(([name, seconds]) => ({
    name,
    seconds,
    work: async () => {
      diary.push(`+${name}`)
      await sleep(seconds)
      diary.push(`-${name}`)
      return fine
    },
  }))
  return { diary, jobs }
}

describe('The schedule of a test run', () => {
  it('begins with the longest and never runs more than the width', async () => {
    const { diary, jobs } = noted(['short', 10], ['long', 200], ['middle', 60])
    await schedule(jobs, 2)
    expect(diary).toEqual(['+long', '+middle', '-middle', '+short', '-short', '-long'])
  })

  it('tells of each job when it begins and when it is over, with what came of it', async () => {
    const told: string[] = []
    const { jobs } = noted(['a', 20], ['b', 10])
    const over = await schedule(jobs, 1, {
      began: ({ name }: { name: string }) => told.push(`began ${name}`),
      done: ({ job, passed }: { job: { name: string }; passed: number }) =>
        told.push(`done ${job.name} ${passed}`),
    })
    expect(told).toEqual(['began a', 'done a 1', 'began b', 'done b 1'])
    expect(over).toMatchObject([fine, fine])
  })

  it('counts a job that throws as one failure, says why and goes on', async () => {
    const problem = new Error('no such program')
    const broken = { name: 'broken', seconds: 9, work: () => Promise.reject(problem) }
    const over = await schedule([broken, ...noted(['next', 1]).jobs], 1)
    expect(over).toMatchObject([{ passed: 0, failed: 1, problem }, fine])
  })

  it('begins nothing more once it is interrupted', async () => {
    const { diary, jobs } = noted(['first', 20], ['second', 10])
    const stop = new AbortController()
    await schedule(jobs, 1, { signal: stop.signal, began: () => stop.abort() })
    expect(diary).toEqual(['+first', '-first'])
  })
})
