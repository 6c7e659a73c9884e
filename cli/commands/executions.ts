import type { Command } from 'commander'
import type { Workflows } from '../../adapters/aws/executions.ts'
import { positiveNumber } from '../arguments.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { findExecution, WORKFLOWS } from '../progress/find-execution.ts'
import { followUntilInterrupted } from '../start.ts'
import { executionsText, type FoldedRun, foldRuns } from '../text/executions-text.ts'

/** `nanofleet executions [name]` */
export function executions(command: Command, open: Open): void {
  command
    .argument('[name]', 'name or ARN of a run')
    .option('-n, --number <number>', 'how many of each workflow', positiveNumber, 5)
    .option('-a, --all', 'also a line for each run that another one started')
    .addHelpText(
      'after',
      '\nExamples:\n  nanofleet executions\n  nanofleet executions web-20260131-120000-000',
    )
    .action(async (name: string | undefined, options: { number: number; all?: true }, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      if (name === undefined) return list(context, options.number, options.all === true)
      const run = await findExecution(context.workflows(), name)
      context.output.result(await followUntilInterrupted(context, run.arn))
    })
}

/** As many as one call brings: what a run started lies between it and the next one. */
const INNER = 100

async function list(context: Context, count: number, all: boolean): Promise<void> {
  const workflows = context.workflows()
  const many = (workflow: string) => (workflow === 'service' || workflow === 'build' ? INNER : count)
  const found = await Promise.all(WORKFLOWS.map((workflow) => workflows.latest(workflow, many(workflow))))
  const folded = foldRuns(found.flat()).filter(within(count))
  const shown = await Promise.all(folded.map((one) => withCause(workflows, one)))
  const runs = shown.flatMap(({ run, inner }) => [run, ...inner.toReversed()])
  const text = executionsText(all ? runs.map((run) => ({ run, inner: [] })) : shown)
  context.output.result(runs, runs.length === 0 ? 'No workflow has run yet.' : text)
}

/** Lets this many runs of each workflow pass. */
function within(count: number): (folded: FoldedRun) => boolean {
  const seen = new Map<string, number>()
  return ({ run: { workflow } }) => {
    const number = (seen.get(workflow) ?? 0) + 1
    seen.set(workflow, number)
    return number <= count
  }
}

/** A list of runs does not say why one failed. */
async function withCause(workflows: Workflows, folded: FoldedRun): Promise<FoldedRun> {
  const { run } = folded
  if (run.status === 'SUCCEEDED' || run.status === 'RUNNING') return folded
  return { ...folded, run: await workflows.describe(run.arn) }
}
