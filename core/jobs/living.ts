import { NanofleetError } from '../base/errors.ts'
import { executionName } from '../base/execution-name.ts'
import type { InstanceState } from '../base/instances.ts'
import type { JobInput } from './job-input.ts'

/** An instance that a run of `job` started. */
export interface JobInstance {
  id: string
  state: InstanceState
  reason: string
  /** The run's ARN. */
  run: string
  app: string
  service: string
  scheduled: boolean
  /** ISO time. */
  launchedAt: string
}

/** Instances of jobs as EC2 shows them; a call that fails is thrown as it is. */
export interface JobInstances {
  /** All of the stage that are not terminated. */
  living(): Promise<JobInstance[]>
  /** Undefined for one that EC2 does not know. */
  one(id: string): Promise<JobInstance | undefined>
  terminate(ids: string[]): Promise<void>
}

/** Too much runs already. */
export class TooManyJobs extends NanofleetError {}

/** Jobs of a stage at the same time: a loop that starts them costs no more than this many instances. */
export const MOST_JOBS = 20

/** Why a scheduled job is left out; undefined for one that starts. @throws {TooManyJobs} */
export function whySkipped(
  { app, service, scheduled }: JobInput,
  run: string,
  living: readonly JobInstance[],
): string | undefined {
  const others = living.filter((one) => one.run !== run && isUnderWay(one))
  const before = scheduled
    ? others.find((one) => one.scheduled && one.app === app && one.service === service)
    : undefined
  if (before) return `${executionName(before.run)} still runs`
  if (others.length < MOST_JOBS) return undefined
  throw new TooManyJobs(
    `${others.length} jobs run on this stage already, and ${MOST_JOBS} may; cancel one, or start this one when another is over`,
  )
}

const isUnderWay = ({ state }: JobInstance): boolean => state === 'pending' || state === 'running'
