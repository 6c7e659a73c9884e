import { executionName } from '../base/execution-name.ts'
import type { JobInstance, JobInstances } from './living.ts'

/** Whether a run goes on, by its ARN. */
export type RunsOn = (run: string) => Promise<boolean>

/** Whose instances are to end although their runs go on. */
export interface Ending {
  app?: string
  /** Of the app; absent for all of them. */
  service?: string
  run?: string
}

/** What a round of tidying found. */
export interface Swept {
  /** Instances that were terminated, by the names of their runs. */
  ended: Record<string, string>
  /** How many of the instances in question EC2 still shows. */
  left: number
}

/**
 * Terminates the instances whose run is over: one that is stopped or killed ends no instance itself. A run
 * that cannot be asked about throws, and its instance stays.
 * @param ending an app or a service whose jobs are all to end, or a run that asks for its own end; then only
 * these
 */
export async function sweepJobs(jobs: JobInstances, runsOn: RunsOn, ending: Ending = {}): Promise<Swept> {
  const living = await jobs.living()
  const goes = async (one: JobInstance): Promise<boolean> => {
    if (ending.run !== undefined) return one.run === ending.run
    if (ending.app !== undefined)
      return one.app === ending.app && (ending.service ?? one.service) === one.service
    return !(await runsOn(one.run))
  }
  const inQuestion: JobInstance[] = []
  for (const one of living) if (await goes(one)) inQuestion.push(one)
  const going = inQuestion.filter(({ state }) => state !== 'shutting-down')
  if (going.length > 0) await jobs.terminate(going.map(({ id }) => id))
  return {
    ended: Object.fromEntries(going.map(({ id, run }) => [executionName(run), id])),
    left: inQuestion.length,
  }
}
