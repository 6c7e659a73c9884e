import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { type LogLine, logLines, serviceLogGroup } from '../../adapters/log-events.ts'
import { InvalidInput } from '../../core/errors.ts'
import { servicesOf } from '../apps.ts'
import { type GlobalOptions, openContext } from '../context.ts'
import type { Output } from '../output.ts'

interface LogOptions {
  follow?: true
  since: string
  grep?: string
}

/** Milliseconds between two looks of `--follow`; CloudWatch Logs allows far more. */
const LOOK_EVERY = 1000
/** Lines may arrive late and out of order: each look goes back so many milliseconds and drops what it knows. */
const OVERLAP = 30_000

/** `nanofleet logs <app> [service]` */
export function logs(): Command {
  return new Command('logs')
    .description("the output of an app's instances, of all services or of one")
    .argument('<app>', 'the app')
    .argument('[service]', 'only this service')
    .option('-f, --follow', 'go on until Ctrl-C')
    .option('--since <time>', 'how far back: 30s, 10m, 2h or 1d', '10m')
    .option('--grep <pattern>', 'only lines that match this CloudWatch Logs filter pattern')
    .addHelpText('after', '\nExample:\n  nanofleet logs web\n  nanofleet logs web web --follow --since 1m')
    .action(async (app: string, service: string | undefined, options: LogOptions, self: Command) => {
      const context = await openContext(self.optsWithGlobals<GlobalOptions>())
      const services = service ? [service] : await servicesOf(context, app)
      const client = context.logs()
      const read = async (since: number): Promise<LogLine[]> => {
        const groups = services.map((name) => serviceLogGroup(context.stage, app, name))
        const lines = await Promise.all(groups.map((group) => logLines(client, group, since, options.grep)))
        return lines.flat().sort((a, b) => a.at - b.at)
      }
      const since = Date.now() - milliseconds(options.since)
      const lines = await read(since)
      for (const line of lines) print(context.output, line)
      if (options.follow) await followLines(read, lines, since, context.output)
    })
}

async function followLines(
  read: (since: number) => Promise<LogLine[]>,
  first: LogLine[],
  since: number,
  output: Output,
): Promise<never> {
  const known = new Map(first.map((line) => [line.id, line.at]))
  for (;;) {
    await sleep(LOOK_EVERY)
    const from = Math.max(since, Date.now() - OVERLAP)
    for (const line of await read(from)) {
      if (!known.has(line.id)) print(output, line)
      known.set(line.id, line.at)
    }
    for (const [id, at] of known) if (at < from) known.delete(id)
  }
}

function print(output: Output, line: LogLine): void {
  if (output.json) process.stdout.write(`${JSON.stringify(line)}\n`)
  else
    process.stdout.write(
      `${new Date(line.at).toISOString().slice(11, 23)} ${line.service} ${line.instance}  ${line.text}\n`,
    )
}

/** `10m` in milliseconds. @throws InvalidInput for anything else than a number with s, m, h or d */
export function milliseconds(text: string): number {
  const [, number, unit] = /^(\d+)([smhd])$/.exec(text) ?? []
  if (!number || !unit)
    throw new InvalidInput('--since', `${JSON.stringify(text)} is no time span`, 'write 30s, 10m, 2h or 1d')
  return Number(number) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 's' | 'm' | 'h' | 'd']
}
