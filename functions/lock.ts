import * as z from 'zod'
import { acquireLock } from '../core/deploy/acquire-lock.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { executions, locks } from './lib/parts.ts'

/** Gives an app's lock to an execution; `owner` is its ARN. */
export const handler = lambda('lock', {
  input: z.strictObject({ app: text, owner: text }),
  parts: () => ({ locks: locks(), executions: executions() }),
  work: async (ports, { app, owner }) => ({ fence: await acquireLock(ports, app, owner, () => new Date()) }),
})
