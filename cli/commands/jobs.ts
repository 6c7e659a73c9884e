import type { Command } from 'commander'
import type { Execution } from '../../adapters/aws/executions.ts'
import { exitCodeIn } from '../../core/jobs/job-end.ts'
import { table } from '../../local/table.ts'
import { name, positiveNumber } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { took } from '../progress/lines.ts'

const EXAMPLES = `
Times are UTC. Step Functions keeps runs for 90 days.

Examples:
  nanofleet jobs shop
  nanofleet jobs shop worker --number 50 --json`

/** Enough to find the jobs of one app among those of all. */
const READ = 1000

/** `nanofleet jobs <app> [service]` */
export function jobs(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .argument('[service]', 'only this service', name)
    .option('-n, --number <number>', 'how many', positiveNumber, 20)
    .addHelpText('after', EXAMPLES)
    .action(async (app: string, service: string | undefined, options: { number: number }, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const workflows = context.workflows()
      const { runs } = await workflows.since('job', new Date(0), READ)
      const found: Execution[] = []
      for (const { arn } of runs) {
        if (found.length === options.number) break
        const run = await workflows.describe(arn)
        const input = Object(run.input) as { app?: string; service?: string }
        if (input.app === app && (service === undefined || input.service === service)) found.push(run)
      }
      const rows = found.map((run) => ({ ...run, ...endOf(run) }))
      const none = `No job of ${app}${service ? ` ${service}` : ''} has run yet.`
      context.output.result(rows, rows.length === 0 ? none : jobsText(found))
    })
}

const endOf = (run: Execution): { exitCode?: number } => {
  const exitCode = run.status === 'SUCCEEDED' ? Object(run.output).exitCode : exitCodeIn(run.cause ?? '')
  return exitCode === undefined ? {} : { exitCode }
}

function jobsText(runs: readonly Execution[]): string {
  return table([
    ['started (UTC)', 'service', 'ended', 'took', 'name', 'arguments'],
    ...runs.map((run) => {
      const { service = '', args = [], scheduled } = Object(run.input) as Input
      return [
        run.startedAt.toISOString().slice(0, 19).replace('T', ' '),
        service,
        ended(run),
        took(run),
        run.name,
        `${scheduled ? '(scheduled) ' : ''}${args.map((arg) => (/^[\w./:=-]+$/.test(arg) ? arg : JSON.stringify(arg))).join(' ')}`,
      ]
    }),
  ])
}

interface Input {
  service?: string
  args?: string[]
  scheduled?: boolean
}

function ended(run: Execution): string {
  const { exitCode } = endOf(run)
  if (exitCode !== undefined) return `exit code ${exitCode}`
  const { skipped } = Object(run.output) as { skipped?: string }
  if (skipped !== undefined) return `left out: ${skipped}`
  if (run.status === 'RUNNING') return 'runs'
  return run.cause ?? run.status.toLowerCase()
}
