import type { Context } from '../../cli/context.ts'
import { startWorkflow } from '../../cli/start.ts'

/**
 * Tears the apps down in this order with all their data, and removes their images, which nothing uses any
 * more.
 */
export async function cleanUp(context: Context, apps: string[]): Promise<void> {
  for (const app of apps)
    await startWorkflow(
      context,
      'teardown',
      app,
      { app, confirm: app, data: 'delete', deleteData: ['all'] },
      { wait: true },
    )
  await startWorkflow(context, 'clean-amis', '', { dryRun: false, keep: 0 }, { wait: true })
}
