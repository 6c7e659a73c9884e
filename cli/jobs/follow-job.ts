import { setTimeout as sleep } from 'node:timers/promises'
import type { Execution } from '../../adapters/aws/executions.ts'
import { Ec2Jobs } from '../../adapters/aws/job-instances.ts'
import { type LogLine, logLines, serviceLogGroup } from '../../adapters/aws/log-events.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { freshLines } from '../log-lines.ts'
import { duration } from '../output.ts'
import { readable } from '../text/log-text.ts'

/** A run of `job`. */
export interface JobRun {
  arn: string
  app: string
  service: string
}

const LOOK_EVERY_MS = 500
/** Lines may come late and out of order. */
const OVERLAP_MS = 30_000
/** What a program wrote last may reach CloudWatch after its run has ended. */
const LAST_LOOKS = 3

/**
 * Prints what a job writes until its run is over; Ctrl-C cancels it, and ends this process once the run is
 * stopped.
 * @returns the ended run, failed or not
 */
export async function followJob(context: Context, { arn, app, service }: JobRun): Promise<Execution> {
  const { output } = context
  const workflows = context.workflows()
  const interrupt = (): void => {
    output.note('\nCancels the job; its instance is terminated.')
    const code = EXIT.interrupted
    workflows.stop(arn, 'Cancelled', 'cancelled by Ctrl-C').then(
      () => process.exit(code),
      (error: Error) => {
        output.note(`The job cannot be cancelled: ${error.message}`)
        process.exit(code)
      },
    )
  }
  process.once('SIGINT', interrupt)
  try {
    const log = new JobLog(context, arn, serviceLogGroup(context.stage, app, service))
    for (;;) {
      const run = await workflows.describe(arn)
      await log.print(run.startedAt.getTime())
      if (run.status === 'RUNNING') {
        output.live([`  ${duration(Date.now() - run.startedAt.getTime())} …`])
        await sleep(LOOK_EVERY_MS)
        continue
      }
      for (let look = 0; look < LAST_LOOKS; look++) {
        await sleep(LOOK_EVERY_MS)
        await log.print(run.startedAt.getTime())
      }
      output.live([])
      return run
    }
  } finally {
    process.off('SIGINT', interrupt)
  }
}

/** The lines of a job's instance, each once. */
class JobLog {
  readonly #context: Context
  readonly #run: string
  readonly #group: string
  readonly #fresh = freshLines<LogLine>()
  readonly #jobs: Ec2Jobs
  #instance: string | undefined

  constructor(context: Context, run: string, group: string) {
    this.#context = context
    this.#run = run
    this.#group = group
    this.#jobs = new Ec2Jobs(context.ec2())
  }

  async print(since: number): Promise<void> {
    this.#instance ??= await this.#jobs.ofRun(this.#run)
    const { output } = this.#context
    if (this.#instance === undefined) return
    const from = Math.max(since, Date.now() - OVERLAP_MS)
    const lines = await logLines(this.#context.logs(), this.#group, from)
    for (const line of this.#fresh(lines.filter(isOf(this.#instance)), from)) {
      // With --json there is one document at the end.
      if (output.json) output.note(readable(line.text))
      else output.line(line, readable(line.text))
    }
  }
}

const isOf =
  (instance: string) =>
  (line: LogLine): boolean =>
    line.instance === instance
