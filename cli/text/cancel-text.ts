import type { Execution } from '../../adapters/aws/executions.ts'

/** What a run that was cancelled left, by its workflow, when it went back as a whole. */
const LEFT: Record<string, (subject: string) => string> = {
  build: (app) => `images of ${app} that were finished stay`,
  'clean-amis': () => 'images that were removed are gone, the others stay',
  deploy: (app) => `${app} is as it was before`,
  job: () => 'its instance is terminated',
  restart: (app) => `the services of ${app} have their instances, old or new`,
  scale: (app) => `${app} has the number of instances that it had before`,
}

/**
 * What is left after a run that was to be cancelled, and how to go on.
 * @param stopped whether it was stopped, or ended by itself first
 */
export function leftBy(run: Execution, stopped: boolean, stage: string): string {
  const { app = '' } = Object(run.input) as { app?: string }
  const retry = `"nanofleet --stage ${stage} retry ${run.name}" starts it again`
  const what = `${run.workflow}${app ? ` ${app}` : ''}`
  if (run.status === 'SUCCEEDED') return `${what} was done before it could be stopped.`
  if (run.workflow === 'teardown')
    return `${what} stopped halfway: what was removed is gone, nothing more goes; ${retry}.`
  if (run.error === 'FailureDirty')
    return `${what} stopped, and going back failed: ${run.cause ?? 'see the run'}; ${retry}.`
  const left = LEFT[run.workflow]?.(app) ?? 'nothing more happens'
  return stopped
    ? `${what} is cancelled: ${left}; ${retry}.`
    : `${what} had failed by itself: ${left}; ${retry}.`
}
