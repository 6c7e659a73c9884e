import type { Context } from './context.ts'
import { stageStatus } from './stage/stage-status.ts'
import { stageText } from './text/status-text.ts'

/**
 * Prints the status of these apps, of all when none is named.
 * @param run the run that led to it, for the JSON of a command that started one
 */
export async function showStatus(context: Context, apps: string[], run?: unknown): Promise<void> {
  const status = await stageStatus(context, apps)
  context.output.result(run === undefined ? status : { run, ...status }, stageText(status, new Date()))
}
