import { type Command, Option } from 'commander'
import { functionLogGroup, logLines, serviceLogGroup } from '../../adapters/aws/log-events.ts'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import { didYouMean } from '../../core/base/suggest.ts'
import { name, timeSpan } from '../arguments.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { followLog, printLine, type ReadLog } from '../log-lines.ts'

interface LogOptions {
  follow?: true
  since: number
  grep?: string
  function?: string
}

const EXAMPLES = `
Examples:
  nanofleet logs web                          the last ten minutes of all its instances
  nanofleet logs web web --follow --since 1m  one service, until Ctrl-C
  nanofleet logs web --grep error             only lines with this word
  nanofleet logs --function register          a function of the control plane`

/** `nanofleet logs <app> [service]` and `nanofleet logs --function <name>` */
export function logs(command: Command, open: Open): void {
  command
    .argument('[app]', 'the app', name)
    .argument('[service]', 'only this service', name)
    .option('-f, --follow', 'go on until Ctrl-C')
    .addOption(
      new Option('--since <time>', 'how far back: 30s, 10m, 2h or 1d')
        .argParser(timeSpan)
        .default(timeSpan('10m'), '10m'),
    )
    .option('--grep <pattern>', 'only lines that match this CloudWatch Logs filter pattern')
    .option('--function <name>', 'a function of the control plane instead of an app', name)
    .addHelpText('after', EXAMPLES)
    .action(
      async (app: string | undefined, service: string | undefined, options: LogOptions, self: Command) => {
        if ((app === undefined) === (options.function === undefined))
          throw new InvalidInput('logs', 'it takes an app or --function', 'give one of them')
        const context = await open(self.optsWithGlobals<GlobalOptions>())
        const groups = options.function
          ? [functionLogGroup(context.stage, options.function)]
          : await appGroups(context, app ?? '', service)
        const read: ReadLog = async (from) => {
          const client = context.logs()
          const lines = groups.map((group) => logLines(client, group, from, options.grep))
          return (await Promise.all(lines)).flat().sort((a, b) => a.at - b.at)
        }
        const since = Date.now() - options.since
        if (options.follow) return followLog(read, since, context.output)
        const lines = await read(since)
        if (context.output.json) return context.output.result(lines)
        for (const line of lines) printLine(context.output, line)
        if (lines.length === 0) context.output.note('No lines; --since 1d looks further back.')
      },
    )
}

/** @throws {NotFound} when nobody pushed such an app, or it has no such service */
async function appGroups(context: Context, app: string, service: string | undefined): Promise<string[]> {
  const release = await context.releases().current(app)
  const { bundle } = await context.bundles().read(app, release?.bundle)
  const services = Object.keys(bundle.manifest.services)
  if (service !== undefined && !services.includes(service))
    throw new NotFound(`${app}: the app has no service ${service}; ${didYouMean(service, services)}`)
  const wanted = service === undefined ? services : [service]
  return wanted.map((each) => serviceLogGroup(context.stage, app, each))
}
