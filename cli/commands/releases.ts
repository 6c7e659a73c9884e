import type { Command } from 'commander'
import { name } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { releasesText } from '../text/releases-text.ts'

/** `nanofleet releases <app>` */
export function releases(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .addHelpText('after', '\nExamples:\n  nanofleet releases web\n  nanofleet releases web --json')
    .action(async (app: string, _options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { releaseList } = await import('../stage/release-list.ts')
      const listed = await releaseList(context, app)
      context.output.result(listed, releasesText(listed))
    })
}
