import type { Context } from '../../cli/context.ts'
import { showStatus } from '../../cli/show-status.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { startWorkflow } from '../../cli/start.ts'

/** Scales a service to four instances, does something with them, and goes back to the number before. */
export async function withFour(
  context: Context,
  app: string,
  service: string,
  act: () => Promise<void>,
): Promise<void> {
  const before = (await appStatus(context, app)).find((row) => row.service === service)?.desired ?? 0
  await startWorkflow(context, 'scale', service, { app, service, count: 4 }, { wait: true })
  await act()
  await startWorkflow(context, 'scale', service, { app, service, count: before }, { wait: true })
  await showStatus(context, [app])
}
