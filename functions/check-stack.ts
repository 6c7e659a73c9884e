import middy from '@middy/core'
import * as clients from '../adapters/aws/clients.ts'
import { CloudFormationStacks } from '../adapters/aws/cloudformation.ts'
import { checkStack, type StackStep } from '../core/template/bring-stack.ts'
import { once } from './once.ts'

const stacks = once(() => new CloudFormationStacks(clients.cloudFormation()))

/** Looks whether a stack is where it should be; a failed one ends the run with its reason. */
export const handler = middy(async (last: StackStep) => await checkStack(stacks(), last))
