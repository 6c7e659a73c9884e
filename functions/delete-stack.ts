import * as z from 'zod'
import { appStack, serviceStack } from '../core/base/names.ts'
import { removeStack } from '../core/template/bring-stack.ts'
import { text } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { removableStacks, stage } from './lib/parts.ts'

/** Starts the deletion of a service's stack, or without a service of the app's own one. */
export const handler = lambda('delete-stack', {
  input: z.strictObject({ app: text, service: text.optional() }),
  parts: () => ({ stage: stage().name, stacks: removableStacks() }),
  work: async ({ stage, stacks }, { app, service }) =>
    await removeStack(stacks, service ? serviceStack(stage, app, service) : appStack(stage, app)),
})
