import { type Command, Option } from 'commander'
import { InvalidInput } from '../../core/base/errors.ts'
import { exitCodeIn } from '../../core/jobs/job-end.ts'
import { LONGEST_JOB_SECONDS, SHORTEST_JOB_SECONDS } from '../../core/jobs/job-input.ts'
import { name, timeSpan } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { JOB_EXIT, WorkflowFailed } from '../exit-codes.ts'
import { executionName, type StartOptions } from '../start.ts'

interface JobOptions extends StartOptions {
  timeout: number
}

const EXAMPLES = `
The program gets the arguments after those of its config.json, with the service's environment, role and
security group. It runs on an instance of its own, from the release that runs; nobody finds it in Consul. The
instance is terminated when the program ends, the time is up, or Ctrl-C cancels the job.

Exit codes: that of the program; ${JOB_EXIT.timedOut} when its time was up, ${JOB_EXIT.notRun} when it did not run or nobody knows how it
ended, 130 after Ctrl-C. A program can end with these, too; --json tells them apart (exitCode).

Examples:
  nanofleet job shop web -- migrate --to 12
  nanofleet job shop worker --timeout 4h -- rebuild-index
  nanofleet job shop web --no-wait -- report   nanofleet jobs shop shows how it went`

/** `nanofleet job <app> <service> [-- args...]` */
export function job(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .argument('<service>', 'the service whose program runs', name)
    .argument('[args...]', 'arguments of the program, after --')
    .addOption(
      new Option('--timeout <time>', 'how long it may run: 30s, 10m or 6h')
        .argParser(timeSpan)
        .default(timeSpan('1h'), '1h'),
    )
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', EXAMPLES)
    .action(async (app: string, service: string, args: string[], options: JobOptions, self: Command) => {
      const timeoutSeconds = options.timeout / 1000
      if (timeoutSeconds < SHORTEST_JOB_SECONDS || timeoutSeconds > LONGEST_JOB_SECONDS)
        throw new InvalidInput('--timeout', 'must be between 10s and 6h', 'split longer work')
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { output } = context
      const workflows = context.workflows()
      const run = executionName('job', `${app}-${service}`, new Date())
      const arn = await workflows.start('job', run, { app, service, args, timeoutSeconds })
      output.note(output.paint('dim', `job ${app} ${service} runs as ${run}`))
      if (!options.wait) {
        output.note(`Look at it with: nanofleet --stage ${context.stage} executions ${run}`)
        return output.result(await workflows.describe(arn))
      }
      const { followJob } = await import('../jobs/follow-job.ts')
      const ended = await followJob(context, { arn, app, service })
      const exitCode = ended.status === 'SUCCEEDED' ? 0 : exitCodeIn(ended.cause ?? '')
      if (output.json) output.result({ run: ended, ...(exitCode === undefined ? {} : { exitCode }) })
      if (ended.status === 'SUCCEEDED') return
      const sentence = `job ${app} ${service}: ${ended.cause ?? ended.status.toLowerCase()}`
      throw new WorkflowFailed(sentence, ended)
    })
}
