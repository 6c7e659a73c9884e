import { Command } from 'commander'
import { type GlobalOptions, openContext } from '../context.ts'
import { type StartOptions, startWorkflow } from '../start.ts'
import { showStatus } from '../status.ts'
import { wholeNumber } from './deploy.ts'

/** `nanofleet scale <app> <service> <count>` */
export function scale(): Command {
  return new Command('scale')
    .description('change how many instances a service has; leaving ones finish their requests first')
    .argument('<app>', 'the app')
    .argument('<service>', 'one of its services')
    .argument('<count>', 'how many instances', wholeNumber)
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', '\nExample:\n  nanofleet scale web web 4')
    .action(async (app: string, service: string, count: number, options: StartOptions, self: Command) => {
      const context = await openContext(self.optsWithGlobals<GlobalOptions>())
      const run = await startWorkflow(context, 'scale', `${app}-${service}`, { app, service, count }, options)
      if (!options.wait) return context.output.result(run)
      await showStatus(context, [app], run)
    })
}
