import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/status.ts'
import { until } from '../../scripts/demo/wait.ts'

/** Waits until every service of an app has as many healthy instances as it shall have. @throws ServiceFailure */
export function untilAppIsWhole(context: Context, app: string, seconds: number): Promise<true> {
  return until(`${app} with all its instances healthy`, seconds, async () => {
    const rows = await appStatus(context, app)
    return rows.every(({ healthy, running, desired }) => healthy === desired && running === desired)
      ? true
      : undefined
  })
}
