import { InvalidInput, LockHeld, NanofleetError, NotFound } from '../core/errors.ts'

/** What a script can rely on; listed in `nanofleet --help`. */
export const EXIT = {
  success: 0,
  failure: 1,
  badInput: 2,
  notFound: 3,
  lockHeld: 4,
  interrupted: 130,
} as const

/** A workflow that was started and followed ended in a failure; its own words are the message. */
export class WorkflowFailed extends NanofleetError {
  readonly error: string

  constructor(message: string, error: string) {
    super(message)
    this.error = error
  }
}

/** The exit code for an error. A workflow's failure is told apart by the error name in its end state's cause. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof InvalidInput) return EXIT.badInput
  if (error instanceof NotFound) return EXIT.notFound
  if (error instanceof LockHeld) return EXIT.lockHeld
  if (error instanceof WorkflowFailed) {
    if (/InvalidInput/.test(error.error)) return EXIT.badInput
    if (/NotFound/.test(error.error)) return EXIT.notFound
    if (/LockHeld/.test(error.error)) return EXIT.lockHeld
  }
  return EXIT.failure
}
