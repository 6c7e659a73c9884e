import { Command } from 'commander'
import { type GlobalOptions, openContext } from '../context.ts'
import { table } from '../output.ts'
import { pushFirst } from '../push-first.ts'

/** `nanofleet push [apps...]` */
export function push(): Command {
  return new Command('push')
    .description("put manifests, definitions and sources of this checkout into the stage's bucket")
    .argument('[apps...]', 'only these apps')
    .addHelpText('after', '\nExample:\n  nanofleet push\n  nanofleet --stage dev push web')
    .action(async (apps: string[], _options, self: Command) => {
      const context = await openContext(self.optsWithGlobals<GlobalOptions>())
      const pushed = await pushFirst(context, apps)
      const rows = pushed.map((app) => [app.app, app.digest.slice(0, 12), app.changed ? 'new' : 'unchanged'])
      context.output.result(pushed, table([['app', 'digest', 'state'], ...rows]))
    })
}
