import { CommanderError } from 'commander'
import { EXIT, exitCodeOf } from './exit-codes.ts'
import { Output } from './output.ts'
import { program } from './program.ts'

/** Runs one command line and returns its exit code; every error has become one sentence on standard error. */
export async function run(args: readonly string[]): Promise<number> {
  const nanofleet = program()
  if (args.length === 0) {
    nanofleet.outputHelp()
    return EXIT.success
  }
  try {
    await nanofleet.parseAsync(args, { from: 'user' })
    return Number(process.exitCode ?? EXIT.success)
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.success : EXIT.badInput
    const output = new Output(nanofleet.opts().json === true)
    const code = exitCodeOf(error)
    const { sentence } = await import('./text/sentence.ts')
    const message = sentence(error, nanofleet.opts().stage === 'local' ? 'The local region' : undefined)
    output.note(`nanofleet: ${message}`)
    if (output.json) {
      const name = error instanceof Error ? error.name : 'Error'
      output.result({ error: { name, message, exitCode: code } })
    }
    return code
  }
}
