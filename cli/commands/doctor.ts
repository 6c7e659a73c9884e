import { Command } from 'commander'
import { type Finding, findings } from '../checkup.ts'
import type { GlobalOptions } from '../context.ts'
import { Output } from '../output.ts'

const MARK: Record<Finding['state'], string> = { good: '✓', warning: '!', bad: '✗' }

/** `nanofleet doctor` */
export function doctor(): Command {
  return new Command('doctor')
    .description(
      'look for what keeps a stage from working, with a remedy for each; exit code 1 when something does',
    )
    .addHelpText('after', '\nExample:\n  nanofleet doctor\n  nanofleet --stage dev doctor')
    .action(async (_options, self: Command) => {
      const options = self.optsWithGlobals<GlobalOptions>()
      const found = await findings(options)
      const lines = found.map(({ state, subject, text }) => `${MARK[state]} ${subject}: ${text}`)
      new Output(options.json === true).result(found, lines.join('\n'))
      if (found.some(({ state }) => state === 'bad')) process.exitCode = 1
    })
}
