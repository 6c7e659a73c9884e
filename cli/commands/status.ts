import { Command } from 'commander'
import { type GlobalOptions, openContext } from '../context.ts'
import { showStatus } from '../status.ts'

/** `nanofleet status [apps...]` */
export function status(): Command {
  return new Command('status')
    .description('what runs: instances, health in Consul and at the load balancer, image, release, URL')
    .argument('[apps...]', 'only these apps; all deployed ones without')
    .addHelpText('after', '\nExample:\n  nanofleet status\n  nanofleet status web --json')
    .action(async (apps: string[], _options, self: Command) => {
      await showStatus(await openContext(self.optsWithGlobals<GlobalOptions>()), apps)
    })
}
