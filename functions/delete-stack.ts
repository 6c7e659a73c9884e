import * as z from 'zod'
import { appStack, serviceStack } from '../core/base/names.ts'
import { removeStack } from '../core/template/bring-stack.ts'
import { lookClosely } from '../core/template/close-look.ts'
import { clock } from './lib/clock.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { removableStacks, stage } from './lib/parts.ts'

/** Starts deleting a service's stack or, without a service, the app's own one, which it polls closely. */
export const handler = lambda('delete-stack', {
  input: z.strictObject({ app: text, service: text.optional() }),
  parts: () => ({ stage: stage().name, stacks: removableStacks() }),
  work: async ({ stage, stacks }, { app, service }) => {
    if (service) return await removeStack(stacks, serviceStack(stage, app, service))
    return await lookClosely(stacks, await removeStack(stacks, appStack(stage, app)), clock.sleep)
  },
})
