import type { Execution } from '../adapters/aws/executions.ts'
import { executionName as nameOf } from '../core/base/execution-name.ts'
import type { PlanBill } from '../core/deploy/plan-bill.ts'
import { costOf } from '../core/prices/bill.ts'
import type { Context } from './context.ts'
import { EXIT, WorkflowFailed } from './exit-codes.ts'
import { readPrices } from './price-file.ts'
import { follow } from './progress/follow.ts'
import { nextStep } from './progress/next-step.ts'
import { costLine } from './text/cost-text.ts'

/** Options of the commands that start a workflow. */
export interface StartOptions {
  /** `--no-wait` returns once the run has started. */
  wait: boolean
}

/**
 * Starts a workflow and follows it to its end. Ctrl-C only stops following: the run goes on.
 * @param subject what the run is about, the first part of its name
 * @returns the ended run; with `wait: false` the run that has just begun
 * @throws {WorkflowFailed} when the run does not succeed
 */
export async function startWorkflow(
  context: Context,
  workflow: string,
  subject: string,
  input: Record<string, unknown>,
  options: StartOptions,
): Promise<Execution> {
  const workflows = context.workflows()
  const name = executionName(workflow, subject, new Date())
  const arn = await workflows.start(workflow, name, input)
  return await followStarted(context, subject ? `${workflow} ${subject}` : workflow, arn, options)
}

/** Says which run has begun, and follows it unless nobody wants to wait. */
export async function followStarted(
  context: Context,
  what: string,
  arn: string,
  options: StartOptions,
): Promise<Execution> {
  const name = nameOf(arn)
  context.output.note(context.output.paint('dim', `${what} runs as ${name}`))
  if (options.wait) return followUntilInterrupted(context, arn)
  context.output.note(`Look at it with: ${lookCommand(context, name)}`)
  return context.workflows().describe(arn)
}

/** Follows a run; on Ctrl-C says how to look at it again and ends the process with 130. */
export async function followUntilInterrupted(context: Context, arn: string): Promise<Execution> {
  const { output } = context
  const name = nameOf(arn)
  const interrupt = (): void => {
    output.note(`\nThe run goes on. Look at it with: ${lookCommand(context, name)}`)
    process.exit(EXIT.interrupted)
  }
  process.once('SIGINT', interrupt)
  try {
    return await follow(context.workflows(), arn, output, (bill) => costOfPlan(context, bill))
  } catch (error) {
    const hint =
      error instanceof WorkflowFailed
        ? nextStep(context.stage, error)
        : `The run may go on. Look at it with: ${lookCommand(context, name)}`
    if (hint) output.note(hint)
    throw error
  } finally {
    process.off('SIGINT', interrupt)
  }
}

/** In the local region nothing is billed. */
function costOfPlan({ local, region }: Context, { before, after }: PlanBill): string | undefined {
  return local ? undefined : costLine(costOf(readPrices(), region, before, after))
}

const lookCommand = ({ stage }: Context, name: string): string =>
  `nanofleet --stage ${stage} executions ${name}`

/** `web-20260131-235959-123`: sorts by time, names its subject and stays within 80 characters. */
export function executionName(workflow: string, subject: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]/g, '').replace('T', '-').replace('.', '-').replace('Z', '')
  return `${(subject || workflow).slice(0, 80 - time.length - 1)}-${time}`
}
