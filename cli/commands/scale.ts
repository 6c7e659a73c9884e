import type { Command } from 'commander'
import { name, wholeNumber } from '../arguments.ts'
import { confirmNames } from '../confirm-names.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { runAndShow } from '../run-and-show.ts'
import type { StartOptions } from '../start.ts'

/** `nanofleet scale <app> <service> <count>` */
export function scale(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .argument('<service>', 'one of its services', name)
    .argument('<count>', 'how many instances', wholeNumber)
    .option('-y, --yes', 'do not ask, also if names may stop')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText(
      'after',
      '\nThe number counts until the manifest asks for another one.\n\nExample:\n  nanofleet scale web web 4',
    )
    .action(
      async (
        app: string,
        service: string,
        count: number,
        options: StartOptions & { yes?: true },
        self: Command,
      ) => {
        await confirmNames({ app, service, count }, options.yes === true)
        const context = await open(self.optsWithGlobals<GlobalOptions>())
        await runAndShow(context, 'scale', `${app}-${service}`, { app, service, count }, options, [app])
      },
    )
}
