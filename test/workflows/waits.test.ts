import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { parse } from 'yaml'
import { ROOT } from '../apps/apps.ts'

interface Retry {
  ErrorEquals: string[]
  IntervalSeconds: number
  MaxAttempts: number
  BackoffRate: number
  MaxDelaySeconds: number
}

const workflow = parse(readFileSync(join(ROOT, 'workflows/build.asl.yml'), 'utf8'))
const { MaxConcurrency, ItemProcessor } = workflow.States.Images
const limit = (ItemProcessor.States.BuildImage.Retry as Retry[]).find(({ ErrorEquals }) =>
  ErrorEquals.includes('CodeBuild.AccountLimitExceededException'),
)
if (!limit) throw new Error('no retry')

/** Seconds from the first refusal to the last attempt, without jitter. */
function patience({ IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds }: Retry): number {
  const delays = Array.from({ length: MaxAttempts }, (_, tried) =>
    Math.min(IntervalSeconds * BackoffRate ** tried, MaxDelaySeconds),
  )
  return delays.reduce((sum, delay) => sum + delay)
}

describe('a build that finds no place', () => {
  it('is tried again until the others of the largest app have had theirs, half an hour each', () => {
    // Jitter takes half of a delay away on average ("Error handling in Step Functions").
    expect(patience(limit) / 2).toBeGreaterThan(9 * 30 * 60)
  })

  it('leaves room in the history of its run', () => {
    // Each attempt is scheduled, started and failed; a run has 25,000 events ("Service quotas").
    expect(3 * limit.MaxAttempts * MaxConcurrency).toBeLessThan(15_000)
  })
})
