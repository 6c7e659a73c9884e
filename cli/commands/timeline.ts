import { type Command, Option } from 'commander'
import { name, timeSpan } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { timelineText } from '../text/timeline-text.ts'

interface TimelineOptions {
  since: number
  follow?: true
}

const EXAMPLES = `
Examples:
  nanofleet timeline web                the last day of an app
  nanofleet timeline web web --since 1h one service, the last hour
  nanofleet timeline web --follow       what happens from now on, too, until Ctrl-C`

/** `nanofleet timeline <app> [service]` */
export function timeline(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .argument('[service]', 'only this service', name)
    .option('-f, --follow', 'go on until Ctrl-C')
    .addOption(
      new Option('--since <time>', 'how far back: 30s, 10m, 2h or 1d')
        .argParser(timeSpan)
        .default(timeSpan('1d'), '1d'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (app: string, service: string | undefined, options: TimelineOptions, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const stage = await import('../stage/timeline.ts')
      const read = (since: Date) => stage.timeline(context, app, service, since)
      const since = new Date(Date.now() - options.since)
      if (options.follow) {
        const { followTimeline } = await import('../follow-timeline.ts')
        return await followTimeline(read, since, context.output)
      }
      const found = await read(since)
      context.output.result(found, timelineText(found))
    })
}
