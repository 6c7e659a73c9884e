import type { Context } from './context.ts'
import type { StageStatus } from './stage/stage-status.ts'
import { stageText } from './text/status-text.ts'

/**
 * Loading most of the AWS SDK takes half of the command's time; a command that waits for something else does
 * it meanwhile.
 */
export const loadStatus = () => import('./stage/stage-status.ts')

/**
 * Prints the status of these apps, of all when none is named.
 * @param run the run that the command started, if any, for its JSON
 */
export async function showStatus(context: Context, apps: string[], run?: unknown): Promise<StageStatus> {
  const { stageStatus } = await loadStatus()
  const status = await stageStatus(context, apps)
  context.output.result(run === undefined ? status : { run, ...status }, stageText(status, new Date()))
  return status
}
