import type { Command } from 'commander'
import { names } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { loadStatus, showStatus } from '../show-status.ts'

/** `nanofleet status [apps...]` */
export function status(command: Command, open: Open): void {
  command
    .argument('[apps...]', 'only these apps, or an app and one of its services; all without', names)
    .addHelpText(
      'after',
      '\nExamples:\n  nanofleet status\n  nanofleet status boutique frontend\n  nanofleet status web --json',
    )
    .action(async (apps: string[], _options, self: Command) => {
      const status = await showStatus(await open(self.optsWithGlobals<GlobalOptions>()), apps)
      const { isStageWhole } = await loadStatus()
      if (!isStageWhole(status)) process.exitCode = EXIT.failure
    })
}
