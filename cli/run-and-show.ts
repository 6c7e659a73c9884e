import type { Context } from './context.ts'
import { loadStatus, showStatus } from './show-status.ts'
import { type StartOptions, startWorkflow } from './start.ts'

/**
 * Starts a workflow that changes what runs, and prints the status of what it was about when it is over; with
 * `--no-wait` the run alone. What showing needs is loaded while the run goes on.
 * @param shown an app, and perhaps one of its services
 * @throws what `startWorkflow` throws
 */
export async function runAndShow(
  context: Context,
  workflow: string,
  subject: string,
  input: Record<string, unknown>,
  options: StartOptions,
  shown: string[],
): Promise<void> {
  const started = startWorkflow(context, workflow, subject, input, options)
  const [run] = await Promise.all([started, options.wait && loadStatus()])
  if (!options.wait) return context.output.result(run)
  await showStatus(context, shown, run)
}
