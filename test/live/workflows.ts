import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Execution } from '../../adapters/aws/executions.ts'
import type { Context } from '../../cli/context.ts'
import { ServiceFailure } from '../../core/base/errors.ts'

/** Starts a workflow with just an input, as the Step Functions console does; returns the run's ARN. */
export function start(context: Context, workflow: string, input: Record<string, unknown>): Promise<string> {
  return context.workflows().start(workflow, randomUUID(), input)
}

/** The run when it is over, however it ended. @throws ServiceFailure after `seconds` */
export async function ended(context: Context, arn: string, seconds = 120): Promise<Execution> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    const run = await context.workflows().describe(arn)
    if (run.status !== 'RUNNING') return run
    if (Date.now() > deadline) throw new ServiceFailure(`${arn} has not ended after ${seconds} s`)
    await sleep(300)
  }
}

/** Runs a workflow to its end, however it ends. */
export async function run(
  context: Context,
  workflow: string,
  input: Record<string, unknown>,
  seconds = 120,
): Promise<Execution> {
  return ended(context, await start(context, workflow, input), seconds)
}

/** Runs a workflow that is expected to succeed. @throws ServiceFailure with its error when it does not */
export async function runToEnd(
  context: Context,
  workflow: string,
  input: Record<string, unknown>,
  seconds = 120,
): Promise<Execution> {
  const over = await run(context, workflow, input, seconds)
  if (over.status === 'SUCCEEDED') return over
  throw new ServiceFailure(`${workflow} ${JSON.stringify(input)} ended as ${over.error}: ${over.cause}`)
}

/** The name of the state in which a run ended: `Success`, `FailureClean` or `FailureDirty`. */
export async function endState(context: Context, arn: string): Promise<string | undefined> {
  const history = await context.workflows().history(arn)
  const entered = history.findLast(
    ({ type }) => type === 'FailStateEntered' || type === 'SucceedStateEntered',
  )
  return entered?.stateEnteredEventDetails?.name
}
