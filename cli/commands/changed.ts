import type { Command } from 'commander'
import { readSettings } from '../../local/settings.ts'
import { name } from '../arguments.ts'
import type { GlobalOptions } from '../context.ts'
import { Output } from '../output.ts'
import { changedText } from '../text/changed-text.ts'

interface Options {
  since: string
  to?: string
}

/** `nanofleet changed [app]` */
export function changed(command: Command): void {
  command
    .argument('[app]', 'only this app; all below images/ without', name)
    .requiredOption('--since <ref>', 'the commit to compare with: a branch, a tag, HEAD~1')
    .option('--to <ref>', 'a later commit; the files that git tracks here without')
    .addHelpText(
      'after',
      '\nIt needs no stage and changes no file.\n\nExamples:\n  nanofleet changed --since origin/main\n  nanofleet changed shop --since HEAD~1 --to HEAD --json',
    )
    .action(async (app: string | undefined, { since, to }: Options, self: Command) => {
      const output = new Output(self.optsWithGlobals<GlobalOptions>().json ?? false)
      const { changedApps } = await import('../../adapters/sources/changed-apps.ts')
      const apps = app === undefined ? undefined : [app]
      const answer = await changedApps({ root: readSettings().root, since, to, apps })
      for (const note of answer.notes) output.note(output.paint('yellow', `warning: ${note}`))
      output.result(answer, changedText(answer))
    })
}
