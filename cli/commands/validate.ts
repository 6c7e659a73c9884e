import type { Command } from 'commander'
import { readSettings } from '../../local/settings.ts'
import { names } from '../arguments.ts'
import type { GlobalOptions } from '../context.ts'
import { Output } from '../output.ts'

/** `nanofleet validate [apps...]` */
export function validate(command: Command): void {
  command
    .argument('[apps...]', 'only these apps; all below images/ without', names)
    .addHelpText(
      'after',
      '\nIt needs no stage. --stage only says for which one names must not be too long.\n\nExamples:\n  nanofleet validate\n  nanofleet validate web --json',
    )
    .action(async (apps: string[], _options, self: Command) => {
      const { json = false, stage } = self.optsWithGlobals<GlobalOptions>()
      const output = new Output(json)
      const { checkApps } = await import('../../adapters/sources/app-sources.ts')
      const { InvalidInput } = await import('../../core/base/errors.ts')
      const root = readSettings().root
      const checked = await checkApps(root, apps.length > 0 ? apps : undefined, { stage })
      const warnings = [...new Set(checked.loaded.flatMap((each) => each.warnings))]
      for (const warning of warnings) output.note(output.paint('yellow', `warning: ${warning}`))
      if (checked.faults.length > 0) throw InvalidInput.all(checked.faults)
      const right = checked.apps.length === 1 ? 'is right' : 'are right'
      output.result({ apps: checked.apps, warnings }, `${checked.apps.join(', ')} ${right}`)
    })
}
