import type { Command } from 'commander'
import type { GlobalOptions, Open } from '../context.ts'
import type { Finding } from '../doctor/finding.ts'
import { EXIT } from '../exit-codes.ts'
import { Output } from '../output.ts'

const MARK: Record<Finding['state'], string> = { good: '✓', warning: '!', bad: '✗', unknown: '?' }

/** `nanofleet doctor` */
export function doctor(command: Command, open: Open): void {
  command
    .option('--account', 'also check what the account allows, as for every stage on AWS')
    .addHelpText('after', '\nExamples:\n  nanofleet doctor\n  nanofleet --stage dev doctor --json')
    .action(async (_options, self: Command) => {
      const options = self.optsWithGlobals<GlobalOptions & { account?: true }>()
      const { findings } = await import('../doctor/checkup.ts')
      const found = await findings(options, open)
      new Output(options.json === true).result(found, found.map(findingText).join('\n'))
      if (found.some(({ state }) => state === 'bad')) process.exitCode = EXIT.failure
    })
}

/** `✗ Consul: none of them answers` and, on a line of its own, what to do. */
export function findingText({ state, subject, text, remedy }: Finding): string {
  return `${MARK[state]} ${subject}: ${text}${remedy ? `\n    ${remedy}` : ''}`
}
