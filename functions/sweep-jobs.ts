import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { Ec2Jobs } from '../adapters/aws/job-instances.ts'
import { sweepJobs } from '../core/jobs/sweep.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { executions, stage } from './lib/parts.ts'
import { isEvent } from './lib/round-request.ts'

/**
 * Ends the instances of jobs whose run is over, for the clock and for each run that was stopped or failed;
 * those of an app, for its teardown, or of a service that leaves its app; or that of a run, for the run
 * itself.
 */
export const handler = lambda('sweep-jobs', {
  input: z.preprocess(
    (event) => (isEvent(event) ? {} : event),
    z.strictObject({
      app: z.exactOptional(text),
      service: z.exactOptional(text),
      run: z.exactOptional(text),
    }),
  ),
  parts: () => ({
    jobs: new Ec2Jobs(clients.ec2(), stage().vpcId),
    executions: executions(),
  }),
  work: ({ jobs, executions }, ending) => sweepJobs(jobs, (run) => executions.runs(run), ending),
})
