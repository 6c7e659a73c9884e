import type { Command } from 'commander'
import { table } from '../../local/table.ts'
import { names } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { pushFirst } from '../push-first.ts'

/** `nanofleet push [apps...]` */
export function push(command: Command, open: Open): void {
  command
    .argument('[apps...]', 'only these apps; all below images/ without', names)
    .addHelpText('after', '\nExamples:\n  nanofleet push\n  nanofleet --stage dev push web')
    .action(async (apps: string[], _options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const pushed = await pushFirst(context, apps)
      const rows = pushed.map((app) => [app.app, app.digest.slice(0, 12), app.changed ? 'new' : 'unchanged'])
      context.output.result(pushed, table([['app', 'digest', 'state'], ...rows]))
    })
}
