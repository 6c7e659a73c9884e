import { type Command, Option } from 'commander'
import {
  functionLogGroup,
  hasWritten,
  type LogLine,
  logLines,
  serviceLogGroup,
} from '../../adapters/aws/log-events.ts'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import { didYouMean } from '../../core/base/suggest.ts'
import { instanceId, name, positiveNumber, timeSpan } from '../arguments.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { lastLines } from '../last-lines.ts'
import { followLog, printLine } from '../log-lines.ts'

interface LogOptions {
  follow?: true
  since: number
  tail?: number
  grep?: string
  instance?: string
  function?: string
}

const EXAMPLES = `
Examples:
  nanofleet logs web                          the last ten minutes of all its instances
  nanofleet logs web web --follow --since 1m  one service, until Ctrl-C
  nanofleet logs web --tail 20                the last twenty lines, however old
  nanofleet logs web --instance i-0a1b2c3d    one instance, also one that is gone
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
    .addOption(
      new Option('--tail <number>', 'the last lines, however old unless --since is given').argParser(
        positiveNumber,
      ),
    )
    .option('--grep <pattern>', 'only lines that match this CloudWatch Logs filter pattern')
    .option('--instance <id>', 'only what this instance wrote', instanceId)
    .option('--function <name>', 'a function of the control plane instead of an app', name)
    .addHelpText('after', EXAMPLES)
    .action(
      async (app: string | undefined, service: string | undefined, options: LogOptions, self: Command) => {
        if ((app === undefined) === (options.function === undefined))
          throw new InvalidInput('logs', 'it takes an app or --function', 'give one of them')
        if (options.function && options.instance)
          throw new InvalidInput('logs --instance', 'a function has no instances', 'name an app')
        const context = await open(self.optsWithGlobals<GlobalOptions>())
        const groups = options.function
          ? [functionLogGroup(context.stage, options.function)]
          : await appGroups(context, app ?? '', service)
        if (options.instance) await refuseSilent(context, groups, options.instance, app ?? '')
        const isAnyAge = options.tail !== undefined && self.getOptionValueSource('since') === 'default'
        await show(context, groups, options, isAnyAge ? 0 : Date.now() - options.since)
      },
    )
}

async function show(
  { logs, output }: Context,
  groups: string[],
  options: LogOptions,
  since: number,
): Promise<void> {
  const { grep: pattern, instance, tail, follow } = options
  const client = logs()
  const between = async (from: number, until?: number): Promise<LogLine[]> => {
    const lines = groups.map((group) => logLines(client, group, from, { until, pattern, instance }))
    return (await Promise.all(lines)).flat().sort((a, b) => a.at - b.at)
  }
  const last = tail === undefined ? undefined : await lastLines(between, tail, { since, now: Date.now() })
  if (follow) {
    for (const line of last ?? []) printLine(output, line)
    const from = last === undefined ? since : (last.at(-1)?.at ?? Date.now())
    return followLog(between, from, output, last)
  }
  const lines = last ?? (await between(since))
  if (output.json) return output.result(lines)
  for (const line of lines) printLine(output, line)
  if (lines.length === 0)
    output.note(since > 0 ? 'No lines; --tail 20 or --since 1d looks further back.' : 'No lines.')
}

/** @throws {NotFound} when the instance has written into none of these */
async function refuseSilent(
  { logs, stage }: Context,
  groups: string[],
  instance: string,
  app: string,
): Promise<void> {
  const written = await Promise.all(groups.map((group) => hasWritten(logs(), group, instance)))
  if (written.includes(true)) return
  throw new NotFound(
    `${instance} has written nothing into the logs of ${app}; "nanofleet --stage ${stage} instances ${app}" lists those that run`,
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
