import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { Ec2Jobs } from '../adapters/aws/job-instances.ts'
import { JobReports } from '../adapters/aws/job-reports.ts'
import { executionName } from '../core/base/execution-name.ts'
import { lookAtJob } from '../core/jobs/look.ts'
import { clock } from './lib/clock.ts'
import { count, text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { stage } from './lib/parts.ts'

/** Looks whether a job is over, and terminates its instance when it is. */
export const handler = lambda('look-job', {
  input: z.strictObject({
    run: text,
    instance: text,
    startedAt: z.iso.datetime(),
    timeoutSeconds: count,
  }),
  parts: () => ({
    jobs: new Ec2Jobs(clients.ec2(), stage().vpcId),
    reports: new JobReports(clients.s3(), stage().bucket),
  }),
  work: async ({ jobs, reports }, { run, instance, startedAt, timeoutSeconds }) => {
    // In this order: the program reports before its instance ends.
    const seen = await jobs.one(instance)
    const exitCode = await reports.read(executionName(run))
    const facts = { state: seen?.state, reason: seen?.reason ?? '', exitCode, timeoutSeconds }
    const look = lookAtJob({ ...facts, startedAt: new Date(startedAt) }, clock.now())
    if (look.over && seen !== undefined && seen.state !== 'terminated') await jobs.terminate([instance])
    return look
  },
})
