import * as z from 'zod'
import { appStack, serviceStack } from '../core/base/names.ts'
import { removeStack } from '../core/template/bring-stack.ts'
import { lookClosely } from '../core/template/close-look.ts'
import { clock } from './lib/clock.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { removableStacks, stage } from './lib/parts.ts'

/**
 * Starts the deletion of a service's stack, or without a service of the app's own one; at that one it looks
 * closely.
 */
export const handler = lambda('delete-stack', {
  input: z.strictObject({ app: text, service: text.optional() }),
  parts: () => ({ stage: stage().name, stacks: removableStacks() }),
  work: async ({ stage, stacks }, { app, service }) => {
    if (service) return await removeStack(stacks, serviceStack(stage, app, service))
    return await lookClosely(stacks, await removeStack(stacks, appStack(stage, app)), clock.sleep)
  },
})
