import type { Context } from '../../cli/context.ts'
import { showStatus } from '../../cli/show-status.ts'
import { startWorkflow } from '../../cli/start.ts'

/**
 * Deploys an app as the Step Functions console would: the workflow gets only its name, and finds what it
 * requires.
 */
export async function bringUp(context: Context, app: string): Promise<void> {
  await startWorkflow(context, 'deploy', app, { app }, { wait: true })
  await showStatus(context, [])
}
