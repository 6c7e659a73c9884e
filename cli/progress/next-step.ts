import type { Execution } from '../../adapters/aws/executions.ts'
import { EXIT, exitCodeOf, type WorkflowFailed } from '../exit-codes.ts'
import type { RunView } from './run-view.ts'

/** The innermost run that failed and made the others fail: where the cause is. */
export function origin({ run, steps }: RunView): Execution {
  const failed = steps.findLast(({ started }) => started && isFailed(started.run))?.started
  return failed ? origin(failed) : run
}

const isFailed = ({ status }: Execution): boolean => status !== 'SUCCEEDED' && status !== 'RUNNING'

/**
 * What to do after a run that failed; nothing for wrong input, because it would fail again. `retry` takes
 * what was pushed then, so a repaired source needs the command that pushes it.
 */
export function nextStep(stage: string, error: WorkflowFailed): string | undefined {
  const code = exitCodeOf(error)
  if (code !== EXIT.failure && code !== EXIT.dirty) return undefined
  const { run } = error
  const { app, release } = Object(run.input) as { app?: string; release?: number }
  const retry = `nanofleet --stage ${stage} retry ${run.name}`
  const pushes = (run.workflow === 'deploy' && release === undefined) || run.workflow === 'build'
  if (!pushes || app === undefined) return `After fixing the cause: ${retry}`
  const again = `nanofleet --stage ${stage} ${run.workflow} ${app}`
  if (run.error !== 'BuildFailed')
    return `After repairing this checkout: ${again}; after fixing something else: ${retry}`
  const { app: broken = app } = Object(error.origin.input) as { app?: string }
  const push = broken === app ? '' : `nanofleet --stage ${stage} push ${broken} && `
  return `After repairing the source: ${push}${again}`
}
