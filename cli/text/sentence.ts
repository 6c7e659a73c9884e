import { NoAccess } from '../../adapters/aws/account.ts'
import { awsProblem } from '../../adapters/aws/aws-problem.ts'
import { NanofleetError } from '../../core/base/errors.ts'

/**
 * What went wrong in one sentence; for an unexpected error also where, for anyone who fixes it.
 * @param place the stage's endpoint in the message that it cannot be reached
 */
export function sentence(error: unknown, place?: string): string {
  if (error instanceof NoAccess) return error.message
  if (error instanceof NanofleetError && error.cause === undefined) return error.message
  const aws = awsProblem(error, place)
  if (aws !== undefined) return aws
  if (error instanceof NanofleetError) return error.message
  // Errors of the system, such as a full disk, name the call and the file.
  if (error instanceof Error && 'syscall' in error) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
