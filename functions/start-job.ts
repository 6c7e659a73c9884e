import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { groupTemplate } from '../adapters/aws/group-template.ts'
import { Ec2Jobs, JOB_KIND } from '../adapters/aws/job-instances.ts'
import { JobReports } from '../adapters/aws/job-reports.ts'
import { sha256 } from '../core/base/canonical.ts'
import { NotFound } from '../core/base/errors.ts'
import { executionName } from '../core/base/execution-name.ts'
import { serviceStack, TAG } from '../core/base/names.ts'
import { didYouMean } from '../core/base/suggest.ts'
import { parseInput } from '../core/base/workflow-input.ts'
import { JobInput } from '../core/jobs/job-input.ts'
import { whySkipped } from '../core/jobs/living.ts'
import { jobUserData } from '../core/jobs/user-data.ts'
import { loaderOf } from '../core/manifest/job-loader.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, releases, stage } from './lib/parts.ts'

/** For reports that come late, and the time until the instance has booted. */
const REPORT_MARGIN_SECONDS = 900

/** Starts the instance of a job from the release that runs; called again for the same run, it finds it. */
export const handler = lambda('start-job', {
  input: z.strictObject({ run: text, input: z.unknown() }),
  parts: () => ({
    bundles: bundles(),
    releases: releases(),
    scaling: clients.autoScaling(),
    jobs: new Ec2Jobs(clients.ec2(), stage().vpcId),
    reports: new JobReports(clients.s3(), stage().bucket),
    stage: stage(),
  }),
  work: async ({ bundles, releases, scaling, jobs, reports, stage }, { run, input }) => {
    const name = executionName(run)
    const wanted = parseInput('job', JobInput, input)
    const { app, service, args, timeoutSeconds, scheduled } = wanted
    const release = await releases.current(app)
    if (!release && scheduled) return { app, service, skipped: `${app} is not deployed yet` }
    if (!release) throw new NotFound(`${app} is not deployed; deploy it first`)
    const { bundle } = await bundles.read(app, release.bundle)
    const config = bundle.services[service]?.config
    if (!config)
      throw new NotFound(
        `${app}: the app has no service ${service}; ${didYouMean(service, Object.keys(bundle.services))}`,
      )
    const loader = loaderOf(bundle.manifest, service, config)
    const living = await jobs.living()
    const begun = {
      app,
      service,
      release: release.release,
      timeoutSeconds,
      startedAt: new Date().toISOString(),
    }
    const own = living.find((one) => one.run === run)
    if (own) return { ...begun, instance: own.id, startedAt: own.launchedAt }
    const skipped = whySkipped(wanted, run, living)
    if (skipped !== undefined) return { ...begun, skipped }
    const template = await groupTemplate(scaling, serviceStack(stage.name, app, service))
    const [before, result] = await Promise.all([
      jobs.userData(template),
      reports.address(name, timeoutSeconds + REPORT_MARGIN_SECONDS),
    ])
    const instance = await jobs.launch({
      template,
      subnets: fromAnywhere(stage.privateSubnets, name),
      userData: jobUserData(before, Object(config.Env), { job: name, args, result }, loader),
      tags: {
        [TAG.kind]: JOB_KIND,
        [TAG.job]: run,
        [TAG.release]: String(release.release),
        ...(scheduled ? { [TAG.scheduled]: 'yes' } : {}),
      },
      token: sha256(run).slice(0, 40),
    })
    return { ...begun, instance }
  },
})

/** Jobs are spread over the zones by their names. */
function fromAnywhere(subnets: readonly string[], name: string): string[] {
  const first = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % subnets.length
  return [...subnets.slice(first), ...subnets.slice(0, first)]
}
