import * as z from 'zod'
import * as clients from '../adapters/aws/clients.ts'
import { groupMembers } from '../adapters/aws/group-members.ts'
import { NotFound } from '../core/base/errors.ts'
import { serviceStack } from '../core/base/names.ts'
import { RestartInput } from '../core/deploy/deploy-input.ts'
import { planRestart } from '../core/deploy/restart-plan.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, releases, stage } from './lib/parts.ts'

/** Plans a restart: which instances are replaced, in which order, and the inputs of the child executions. */
export const handler = lambda('plan-restart', {
  input: z.strictObject({ wanted: RestartInput, execution: text }),
  parts: () => ({
    bundles: bundles(),
    releases: releases(),
    scaling: clients.autoScaling(),
    stage: stage().name,
  }),
  work: async ({ bundles, releases, scaling, stage }, { wanted, execution }) => {
    const { app } = wanted
    const [release, overrides] = await Promise.all([releases.current(app), releases.overrides(app)])
    if (!release) throw new NotFound(`${app} is not deployed; deploy it first`)
    const pushed = await bundles.read(app, release.bundle)
    const services = Object.keys(pushed.bundle.manifest.services)
    const groups = await groupMembers(
      scaling,
      services.map((service) => serviceStack(stage, app, service)),
    )
    const members = Object.fromEntries(
      services.map((service) => [service, groups[serviceStack(stage, app, service)] ?? []]),
    )
    return planRestart(wanted, pushed, overrides, members, execution)
  },
})
