import * as z from 'zod'
import { count, text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { releases } from './lib/parts.ts'

/** Records a number set by hand for later deployments, if this execution still holds the lock. */
export const handler = lambda('record-scale', {
  input: z.strictObject({
    app: text,
    service: text,
    override: z.strictObject({ count, manifestCount: count }),
    owner: text,
  }),
  parts: releases,
  work: async (releases, { app, service, override, owner }) => {
    await releases.override(app, service, override, owner)
    return override
  },
})
