import { checkStack } from '../core/template/bring-stack.ts'
import { stackStep } from './lib/inputs.ts'
import { lambda } from './lib/lambda.ts'
import { stacks } from './lib/parts.ts'

/** Checks whether a stack has reached its state; a failed one ends the run with its reason. */
export const handler = lambda('check-stack', {
  input: stackStep,
  parts: stacks,
  work: checkStack,
})
