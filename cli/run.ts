import { CommanderError } from 'commander'
import { awsProblem } from '../adapters/aws-problem.ts'
import { NanofleetError } from '../core/errors.ts'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { Output } from './output.ts'
import { program } from './program.ts'

/** Runs one command line and returns its exit code; every error has become one sentence on standard error. */
export async function run(args: readonly string[]): Promise<number> {
  const nanofleet = program()
  try {
    await nanofleet.parseAsync(args, { from: 'user' })
    return Number(process.exitCode ?? EXIT.success)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.badInput
    const output = new Output(nanofleet.opts().json === true)
    const code = exitCodeOf(error)
    const message = sentence(error)
    output.note(`nanofleet: ${message}`)
    if (output.json) {
      const name = error instanceof Error ? error.name : 'Error'
      output.result({ error: { name, message, exitCode: code } })
    }
    return code
  }
}

/** What went wrong in one sentence; of an error that nobody thought of also where, for whoever mends it. */
export function sentence(error: unknown): string {
  if (error instanceof NanofleetError && error.cause === undefined) return error.message
  const aws = awsProblem(error)
  if (aws !== undefined) return aws
  if (error instanceof NanofleetError) return error.message
  // Errors of the system, such as a full disk, name the call and the file.
  if (error instanceof Error && 'syscall' in error) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
