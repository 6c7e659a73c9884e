import { type Command, Option } from 'commander'
import { InvalidInput } from '../../core/base/errors.ts'
import { names, timeSpan } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { loadStatus, showStatus } from '../show-status.ts'
import { stageText } from '../text/status-text.ts'
import { watch } from '../watch.ts'

interface StatusOptions {
  watch?: true
  interval: number
}

const EXAMPLES = `
Examples:
  nanofleet status
  nanofleet status boutique frontend
  nanofleet status web --json
  nanofleet status web --watch --interval 10s`

/** `nanofleet status [apps...]` */
export function status(command: Command, open: Open): void {
  command
    .argument('[apps...]', 'only these apps, or an app and one of its services; all without', names)
    .option('-w, --watch', 'look again and again until Ctrl-C; away from a terminal, print what changed')
    .addOption(
      new Option('--interval <time>', 'time between two looks of --watch, at least 1s')
        .argParser(timeSpan)
        .default(timeSpan('2s'), '2s'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (apps: string[], options: StatusOptions, self: Command) => {
      if (options.interval < 1000)
        throw new InvalidInput('--interval', 'it is shorter than a second', 'write 1s or more')
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { isStageWhole, stageStatus } = await loadStatus()
      if (options.watch) {
        const look = async () => {
          const data = await stageStatus(context, apps)
          return { data, text: stageText(data, new Date()) }
        }
        const every = `every ${options.interval / 1000} s until Ctrl-C`
        const head = `stage ${context.stage}, ${every}`
        return await watch(look, { output: context.output, everyMs: options.interval, head })
      }
      const status = await showStatus(context, apps)
      if (!isStageWhole(status)) process.exitCode = EXIT.failure
    })
}
