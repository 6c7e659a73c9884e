import * as z from 'zod'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { locks } from './lib/parts.ts'

/** Frees an app's lock if this execution holds it. */
export const handler = lambda('unlock', {
  input: z.strictObject({ app: text, owner: text }),
  parts: locks,
  work: async (locks, { app, owner }) => ({ freed: await locks.free(app, owner) }),
})
