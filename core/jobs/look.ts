import type { InstanceState } from '../base/instances.ts'
import { endSentence } from './job-end.ts'

/** What is true of a job now. */
export interface JobFacts {
  /** Undefined if EC2 does not know the instance. */
  state: InstanceState | undefined
  /** EC2's reason for the state; may be empty. */
  reason: string
  /** The exit code that the program's loader reported. */
  exitCode: number | undefined
  startedAt: Date
  timeoutSeconds: number
}

/** What comes of a look. */
export type JobLook =
  | { over: false; seconds: number }
  | { over: true; exitCode?: number; error: string; cause: string }

/** EC2 may show a new instance late ("Eventual consistency in the Amazon EC2 API"). */
const SHOWN_AFTER_MS = 60_000
const FIRST_PAUSE_SECONDS = 1
/** A run has 25,000 events at most, and a look takes about ten of them. */
const LONGEST_PAUSE_SECONDS = 30

/** Whether a job is over and how it ended, or when to look again. Its instance goes when it is over. */
export function lookAtJob(facts: JobFacts, now: Date): JobLook {
  const { exitCode, state, reason, startedAt, timeoutSeconds } = facts
  if (exitCode !== undefined)
    return {
      over: true,
      exitCode,
      error: exitCode === 0 ? '' : 'JobFailed',
      cause: exitCode === 0 ? '' : endSentence(exitCode),
    }
  const elapsed = now.getTime() - startedAt.getTime()
  const gone = state === undefined ? elapsed > SHOWN_AFTER_MS : state !== 'pending' && state !== 'running'
  if (gone)
    return {
      over: true,
      error: 'JobLost',
      cause: `its instance ended before the program reported an exit code${reason ? `: ${reason}` : ''}`,
    }
  if (elapsed >= timeoutSeconds * 1000)
    return { over: true, error: 'JobTimedOut', cause: `it still ran after ${timeoutSeconds} s` }
  const left = (timeoutSeconds * 1000 - elapsed) / 1000
  const pause = Math.min(LONGEST_PAUSE_SECONDS, elapsed / 10_000, left)
  return { over: false, seconds: Math.max(FIRST_PAUSE_SECONDS, Math.ceil(pause)) }
}
