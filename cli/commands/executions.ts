import type { Command } from 'commander'
import type { Execution } from '../../adapters/aws/executions.ts'
import { table } from '../../local/table.ts'
import { positiveNumber } from '../arguments.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { findExecution, WORKFLOWS } from '../progress/find-execution.ts'
import { took } from '../progress/lines.ts'
import { followUntilInterrupted } from '../start.ts'

/** `nanofleet executions [name]` */
export function executions(command: Command, open: Open): void {
  command
    .argument('[name]', 'name or ARN of a run')
    .option('-n, --number <number>', 'how many of each workflow', positiveNumber, 5)
    .addHelpText(
      'after',
      '\nExamples:\n  nanofleet executions\n  nanofleet executions web-20260131-120000-000',
    )
    .action(async (name: string | undefined, options: { number: number }, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      if (name === undefined) return list(context, options.number)
      const run = await findExecution(context.workflows(), name)
      context.output.result(await followUntilInterrupted(context, run.arn))
    })
}

async function list(context: Context, count: number): Promise<void> {
  const workflows = context.workflows()
  const runs = (await Promise.all(WORKFLOWS.map((workflow) => workflows.latest(workflow, count)))).flat()
  runs.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
  context.output.result(runs, runs.length === 0 ? 'No workflow has run yet.' : executionsTable(runs))
}

/** One line per run. Times are UTC, as in the names of the runs. */
export function executionsTable(runs: Execution[]): string {
  const rows = runs.map((run) => [
    run.startedAt.toISOString().slice(0, 19).replace('T', ' '),
    run.workflow,
    run.status.toLowerCase(),
    took(run),
    run.name,
  ])
  return table([['started (UTC)', 'workflow', 'status', 'took', 'name'], ...rows])
}
