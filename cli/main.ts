import { NanofleetError } from '../core/errors.ts'
import { exitCodeOf } from './exit-codes.ts'
import { program } from './program.ts'

try {
  await program().parseAsync(process.argv)
} catch (error) {
  if (isUsage(error)) {
    // Commander has printed its own sentence.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else {
    const text = error instanceof NanofleetError ? error.message : unexpected(error)
    process.stderr.write(`nanofleet: ${text}\n`)
    process.exitCode = exitCodeOf(error)
  }
}

function isUsage(error: unknown): error is { code: string; exitCode: number } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')
}

/** Errors of AWS carry a name worth reading; of anything else the stack helps whoever mends it. */
function unexpected(error: unknown): string {
  if (error instanceof Error && '$metadata' in error) return `${error.name}: ${error.message}`
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
