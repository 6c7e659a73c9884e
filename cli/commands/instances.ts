import type { Command } from 'commander'
import { name } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { instancesText } from '../text/instances-text.ts'

/** `nanofleet instances [app] [service]` */
export function instances(command: Command, open: Open): void {
  command
    .argument('[app]', 'only this app', name)
    .argument('[service]', 'only this service of it', name)
    .addHelpText('after', '\nExamples:\n  nanofleet instances\n  nanofleet instances web web --json')
    .action(async (app: string | undefined, service: string | undefined, _options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { instanceList } = await import('../stage/instance-list.ts')
      const now = new Date()
      const found = await instanceList(context, app, service, now)
      context.output.result(found, instancesText(found, now))
    })
}
