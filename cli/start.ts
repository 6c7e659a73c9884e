import type { Execution } from '../adapters/executions.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { follow } from './follow.ts'

/** Options of the commands that start a workflow. */
export interface StartOptions {
  /** `--no-wait` returns when the run has begun. */
  wait: boolean
}

/**
 * Starts a workflow and follows it to its end. Ctrl-C ends only the following: the run goes on.
 * @returns the ended run; with `wait: false` the run that has just begun
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
  context.output.note(context.output.paint('dim', `${workflow} ${subject} runs as ${name}`))
  if (!options.wait) {
    context.output.note(`Look at it with: nanofleet --stage ${context.stage} executions ${name}`)
    return workflows.describe(arn)
  }
  return followUntilInterrupted(context, arn)
}

/** Follows a run; on Ctrl-C says how to look at it again and ends the process with 130. */
export async function followUntilInterrupted(context: Context, arn: string): Promise<Execution> {
  const name = arn.slice(arn.lastIndexOf(':') + 1)
  const interrupt = (): void => {
    context.output.note(
      `\nThe run goes on. Look at it with: nanofleet --stage ${context.stage} executions ${name}`,
    )
    process.exit(EXIT.interrupted)
  }
  process.once('SIGINT', interrupt)
  try {
    return await follow(context.workflows(), arn, context.output)
  } finally {
    process.off('SIGINT', interrupt)
  }
}

/** `web-20260131-235959-123`: sorts by time, says what it is about and stays within 80 characters. */
export function executionName(workflow: string, subject: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]/g, '').replace('T', '-').replace('.', '-').replace('Z', '')
  return `${subject || workflow}-${time}`.slice(-80)
}
