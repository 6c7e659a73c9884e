import { Command } from 'commander'
import type { Execution } from '../../adapters/executions.ts'
import { type Context, type GlobalOptions, openContext } from '../context.ts'
import { findExecution, WORKFLOWS } from '../find-execution.ts'
import { duration, table } from '../output.ts'
import { followUntilInterrupted } from '../start.ts'
import { wholeNumber } from './deploy.ts'

/** `nanofleet executions [name]` */
export function executions(): Command {
  return new Command('executions')
    .description('the latest runs of the workflows; with a name, follow that run or show how it ended')
    .argument('[name]', 'name or ARN of a run')
    .option('-n, --number <number>', 'how many of each workflow', wholeNumber, 5)
    .addHelpText(
      'after',
      '\nExample:\n  nanofleet executions\n  nanofleet executions web-20260131-120000-000',
    )
    .action(async (name: string | undefined, options: { number: number }, self: Command) => {
      const context = await openContext(self.optsWithGlobals<GlobalOptions>())
      if (name === undefined) return list(context, options.number)
      const run = await findExecution(context.workflows(), name)
      context.output.result(await followUntilInterrupted(context, run.arn))
    })
}

async function list(context: Context, count: number): Promise<void> {
  const workflows = context.workflows()
  const runs = (await Promise.all(WORKFLOWS.map((workflow) => workflows.latest(workflow, count)))).flat()
  runs.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
  const rows = [['started', 'workflow', 'status', 'took', 'name'], ...runs.map(row)]
  context.output.result(runs, runs.length === 0 ? 'No workflow has run yet.' : table(rows))
}

function row(run: Execution): string[] {
  const took = duration((run.endedAt?.getTime() ?? Date.now()) - run.startedAt.getTime())
  const started = run.startedAt.toISOString().slice(0, 19).replace('T', ' ')
  return [started, run.workflow, run.status.toLowerCase(), took, run.name]
}
