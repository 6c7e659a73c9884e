import type { Command } from 'commander'
import type { GlobalOptions, Open } from '../context.ts'
import { type StartOptions, startWorkflow } from '../start.ts'

/** `nanofleet rotate-secrets` */
export function rotateSecrets(command: Command, open: Open): void {
  command
    .option('--no-wait', 'return when the run has begun')
    .addHelpText(
      'after',
      '\nIt takes two to three minutes. Everyone has to sign in at the page of Consul again.\n\nExample:\n  nanofleet rotate-secrets',
    )
    .action(async (options: StartOptions, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const run = await startWorkflow(context, 'rotate-secrets', '', {}, options)
      context.output.result(
        run,
        options.wait ? 'The old authority, gossip key and tokens are worth nothing now.' : undefined,
      )
    })
}
