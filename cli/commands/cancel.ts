import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import type { Execution } from '../../adapters/aws/executions.ts'
import { InvalidInput } from '../../core/base/errors.ts'
import { type CancelView, safeToStop } from '../../core/deploy/cancel-point.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { EXIT, WorkflowFailed } from '../exit-codes.ts'
import { findExecution } from '../progress/find-execution.ts'
import { follow } from '../progress/follow.ts'
import { inWords } from '../progress/history.ts'
import { RunReader, type RunView } from '../progress/run-view.ts'
import { leftBy } from '../text/cancel-text.ts'

const EXAMPLES = `
The run goes the way of any run that fails: it puts back what it changed and frees its lock.

Example:
  nanofleet cancel web-20260131-120000-000`

/** `nanofleet cancel <name>` */
export function cancel(command: Command, open: Open): void {
  command
    .argument('<name>', 'name or ARN of a run under way')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, _options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const run = await findExecution(context.workflows(), name)
      refuse(run)
      const stopped = await stopAtSafePoint(context, run)
      const over = await toItsEnd(context, run.arn)
      if (over.error === 'FailureDirty' && over.workflow !== 'teardown') process.exitCode = EXIT.dirty
      const text = leftBy(over, stopped, context.stage)
      context.output.result({ run: over, cancelled: stopped && over.status !== 'SUCCEEDED' }, text)
    })
}

/** @throws {InvalidInput} for a run that is over, or that cannot be stopped on its own */
function refuse({ status, workflow, name }: Execution): void {
  if (status !== 'RUNNING')
    throw new InvalidInput(name, `this run is over: ${status.toLowerCase()}`, 'there is nothing to cancel')
  if (workflow === 'service') throw new InvalidInput(name, 'another run started this one', 'cancel that one')
  if (workflow === 'rotate-secrets')
    throw new InvalidInput(
      name,
      'a rotation that stops halfway leaves old and new secrets valid',
      'it takes some minutes, let it finish',
    )
}

/** Milliseconds between two looks for a point at which the run can be stopped. */
const LOOK_MS = 300

/** @returns whether anything was stopped; the run may have ended by itself, or be going back already */
async function stopAtSafePoint(context: Context, { arn }: Execution): Promise<boolean> {
  const { output } = context
  const workflows = context.workflows()
  const reader = new RunReader(workflows)
  const stopped = new Set<string>()
  for (let look = 0; ; look++) {
    const view = await reader.look(arn)
    if (view.run.status !== 'RUNNING' || view.history.ending) return stopped.size > 0
    for (const each of safeToStop(toCancelView(view))) {
      if (!stopped.has(each)) await workflows.stop(each, 'Cancelled', 'cancelled on request')
      stopped.add(each)
    }
    if (stopped.has(arn)) return true
    const step = view.steps.at(-1)
    if (look === 0 && stopped.size === 0)
      output.note(`waits for the next safe point: ${step ? inWords(step.name) : 'it begins'}`)
    await sleep(LOOK_MS)
  }
}

const toCancelView = ({ run, history, steps }: RunView): CancelView => ({
  arn: run.arn,
  workflow: run.workflow,
  ending: history.ending === true,
  started: steps.flatMap(({ started }) => (started?.run.status === 'RUNNING' ? [toCancelView(started)] : [])),
})

/** Shows how the run puts things back; that it fails is what was asked for. */
async function toItsEnd(context: Context, arn: string): Promise<Execution> {
  try {
    return await follow(context.workflows(), arn, context.output)
  } catch (error) {
    if (error instanceof WorkflowFailed) return error.run
    throw error
  }
}
