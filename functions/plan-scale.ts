import * as z from 'zod'
import { NotFound } from '../core/base/errors.ts'
import { ScaleInput } from '../core/deploy/deploy-input.ts'
import { planScale } from '../core/deploy/scale-plan.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { bundles, releases } from './lib/parts.ts'

/** Plans the scaling of a deployed service: the child execution's input, and the number to go back to. */
export const handler = lambda('plan-scale', {
  input: z.strictObject({ wanted: ScaleInput, execution: text }),
  parts: () => ({ bundles: bundles(), releases: releases() }),
  work: async ({ bundles, releases }, { wanted, execution }) => {
    const [release, overrides] = await Promise.all([
      releases.current(wanted.app),
      releases.overrides(wanted.app),
    ])
    if (!release) throw new NotFound(`${wanted.app} is not deployed; deploy it first`)
    const app = await bundles.read(wanted.app, release.bundle)
    return planScale(wanted, app, overrides, execution)
  },
})
