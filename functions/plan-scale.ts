import * as z from 'zod'
import { NotFound } from '../core/base/errors.ts'
import { ScaleInput } from '../core/deploy/deploy-input.ts'
import { planScale } from '../core/deploy/scale-plan.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, releases } from './lib/parts.ts'

/** What scaling a deployed service means: the child execution's input, and the number to go back to. */
export const handler = lambda('plan-scale', {
  input: z.strictObject({ wanted: ScaleInput, execution: text }),
  parts: () => ({ bundles: bundles(), releases: releases() }),
  work: async ({ bundles, releases }, { wanted, execution }) => {
    const { app } = wanted
    const [release, overrides] = await Promise.all([releases.current(app), releases.overrides(app)])
    if (!release) throw new NotFound(`${app} is not deployed; deploy it first`)
    const { bundle } = await bundles.read(app, release.bundle)
    return planScale(wanted, bundle, overrides, execution)
  },
})
