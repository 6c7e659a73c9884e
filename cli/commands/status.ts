import { Command } from 'commander'
import { names } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { showStatus } from '../show-status.ts'

/** `nanofleet status [apps...]` */
export function status(open: Open): Command {
  return new Command('status')
    .description('what runs: instances, health in Consul and at the load balancer, image, release, URL')
    .argument('[apps...]', 'only these apps; all without', names)
    .addHelpText('after', '\nExamples:\n  nanofleet status\n  nanofleet status web --json')
    .action(async (apps: string[], _options, self: Command) => {
      await showStatus(await open(self.optsWithGlobals<GlobalOptions>()), apps)
    })
}
