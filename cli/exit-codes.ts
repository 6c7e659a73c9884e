import type { Execution } from '../adapters/aws/executions.ts'
import { InvalidInput, LockHeld, NanofleetError, NotFound } from '../core/base/errors.ts'
import { exitCodeIn } from '../core/jobs/job-end.ts'
import { NameTaken } from '../core/spec/name-taken.ts'

/** What a script can rely on; listed in `nanofleet --help`. */
export const EXIT = {
  success: 0,
  failure: 1,
  badInput: 2,
  notFound: 3,
  lockHeld: 4,
  /** A workflow stopped halfway: a person must look. */
  dirty: 5,
  /** A dry run with `--detailed-exitcode` found something to do. */
  changes: 10,
  interrupted: 130,
} as const

/** Of `nanofleet job`, beside the exit codes of the job's program; as of timeout(1) and `docker run`. */
export const JOB_EXIT = {
  timedOut: 124,
  /** It did not run, or its program did not report how it ended. */
  notRun: 125,
} as const

/** A workflow that was started and followed has failed; the message is in its own words. */
export class WorkflowFailed extends NanofleetError {
  readonly run: Execution
  /** The run in which the cause is: itself, or one that it started. */
  readonly origin: Execution

  constructor(message: string, run: Execution, origin: Execution = run) {
    super(message)
    this.run = run
    this.origin = origin
  }
}

/** Error names of our functions, which the workflows use too. */
const NAMED: Record<string, number> = {
  InvalidInput: EXIT.badInput,
  DataAtRisk: EXIT.badInput,
  NotFound: EXIT.notFound,
  LockHeld: EXIT.lockHeld,
  FailureDirty: EXIT.dirty,
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof InvalidInput || error instanceof NameTaken) return EXIT.badInput
  if (error instanceof NotFound) return EXIT.notFound
  if (error instanceof LockHeld) return EXIT.lockHeld
  if (error instanceof WorkflowFailed && error.run.workflow === 'job') return exitCodeOfJob(error.run)
  const named = error instanceof WorkflowFailed ? NAMED[error.run.error ?? ''] : undefined
  return named ?? EXIT.failure
}

const exitCodeOfJob = ({ error, cause }: Execution): number =>
  exitCodeIn(cause ?? '') ?? (error === 'JobTimedOut' ? JOB_EXIT.timedOut : JOB_EXIT.notRun)
