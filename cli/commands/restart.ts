import type { Command } from 'commander'
import { name } from '../arguments.ts'
import { confirmState } from '../confirm-state.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { runAndShow } from '../run-and-show.ts'
import type { StartOptions } from '../start.ts'

interface RestartOptions extends StartOptions {
  yes?: true
}

const EXAMPLES = `
Nothing is built, pushed or scaled: the instances get successors of the same release, as in a deployment.

Examples:
  nanofleet restart web
  nanofleet restart boutique frontend`

/** `nanofleet restart <app> [service]` */
export function restart(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .argument('[service]', 'only this service', name)
    .option('-y, --yes', 'do not ask, also if a service is stateful')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', EXAMPLES)
    .action(async (app: string, service: string | undefined, options: RestartOptions, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      if (!options.yes)
        await confirmState(context, { app, service, place: `restart ${app}`, option: '--yes' })
      const input = { app, ...(service === undefined ? {} : { service }) }
      const subject = service === undefined ? app : `${app}-${service}`
      const shown = service === undefined ? [app] : [app, service]
      await runAndShow(context, 'restart', subject, input, options, shown)
    })
}
