import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { until } from '../../scripts/demo/wait.ts'
import { withWeb } from './stage.ts'
import { runToEnd } from './workflows.ts'

/** The stage with an app in addition to platform and web. */
export async function withApp(app: string): Promise<Context> {
  const context = await withWeb()
  const deployed = await context.releases().deployedApps()
  if (!deployed.includes(app)) await runToEnd(context, 'deploy', { app }, 300)
  return context
}

/** Removes the app with its data; the others stay as they are. */
export const removeApp = (context: Context, app: string): Promise<unknown> =>
  runToEnd(context, 'teardown', { app, confirm: app, data: 'delete', deleteData: ['all'] }, 120)

/** Waits until every service of an app has as many healthy instances as it should. @throws ServiceFailure */
export function untilAppIsWhole(context: Context, app: string, seconds: number): Promise<true> {
  return until(`${app} with all its instances healthy`, seconds, async () => {
    const rows = await appStatus(context, app)
    return rows.every(({ healthy, running, desired }) => healthy === desired && running === desired)
      ? true
      : undefined
  })
}
